"""Reads, traces and takes descriptors of the process that holds the sandbox.

Says: EPERM EPERM EPERM EPERM EPERM EPERM
"""

import ctypes, os

buffer = ctypes.create_string_buffer(64)
pidfd = os.pidfd_open(1)
print(
    tried(libc.ptrace, 16, 1, 0, 0),
    tried(libc.ptrace, 0, 0, 0, 0),
    tried(libc.process_vm_readv, 1, buffer, 1, buffer, 1, 0),
    tried(libc.process_vm_writev, 1, buffer, 1, buffer, 1, 0),
    tried(libc.syscall, 438, pidfd, 0, 0),  # pidfd_getfd
    tried(libc.syscall, 312, 1, 1, 0, 0, 0),  # kcmp
)
