"""Reads and adds keys of the system's key rings, which no namespace divides.

Says: EPERM EPERM EPERM
"""

print(tried(libc.syscall, 250, 0, -3, 0), tried(libc.syscall, 248, b"user", b"a", b"b", 1, -3), tried(libc.syscall, 249, b"user", b"a", None, 0))
