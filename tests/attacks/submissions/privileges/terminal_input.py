"""Types into the terminal of whoever grades.

Says: refused
"""

import fcntl, os

found = set()
for path in ("/dev/tty", "/dev/pts/0", "/dev/console"):
    try:
        with open(path, "wb", buffering=0) as terminal:
            fcntl.ioctl(terminal, 0x5412, b"x")
            found.add(path)
    except OSError:
        pass
one, other = os.openpty()
found.add(tried(fcntl.ioctl, other, 0x5412, b"x"))
print("refused" if found == {"EPERM"} else found)
