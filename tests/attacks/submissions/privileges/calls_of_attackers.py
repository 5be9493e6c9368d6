"""Makes calls that have given systems away: bpf, perf, userfaultfd, file handles, old asynchronous I/O.

Says: EPERM EPERM EPERM EPERM EPERM EPERM
"""

import ctypes

print(
    tried(libc.syscall, 321, 0, None, 0),  # bpf
    tried(libc.syscall, 298, None, 0, -1, -1, 0),  # perf_event_open
    tried(libc.syscall, 323, 0),  # userfaultfd
    tried(libc.syscall, 303, -100, b"/", None, None, 0),  # name_to_handle_at
    tried(libc.open_by_handle_at, -1, None, 0),
    tried(libc.syscall, 206, 128, ctypes.byref(ctypes.c_ulong(0))),  # io_setup
)
