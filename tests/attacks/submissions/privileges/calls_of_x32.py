"""Makes system calls by the numbers of the x32 ABI, which a filter by number may overlook.

Ends: -31
"""

import ctypes

print(libc.syscall(0x40000000 | 521, 0, 0, 0, 0))  # ptrace
