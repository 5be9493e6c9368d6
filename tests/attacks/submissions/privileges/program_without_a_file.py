"""Runs a program from memory, where no file system can forbid it.

Says: EPERM EPERM
"""

print(tried(libc.memfd_create, b"program", 0), tried(libc.syscall, 447, 0))
