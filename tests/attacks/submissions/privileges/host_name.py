"""Changes the host's name, and asks for the real one.

Says: submission EPERM EPERM ENOENT
"""

import socket

print(socket.gethostname(), tried(socket.sethostname, "mine"), tried(libc.setdomainname, b"mine", 4), tried(open, "/etc/hostname"))
