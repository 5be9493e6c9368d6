"""Reads the memory and the log of the system itself.

Says: refused refused refused refused refused
"""

def refused(action, *arguments):
    return "refused" if tried(action, *arguments) in ("EPERM", "EACCES", "ENOENT") else "read"


paths = ("/proc/kcore", "/dev/mem", "/dev/kmsg", "/proc/kmsg")
print(*(refused(open, path, "rb") for path in paths), refused(libc.syscall, 103, 3, None, 0))
