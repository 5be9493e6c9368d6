"""Takes memory that no process is charged for: a page of tables for each page of zeros that it reads.

Ends: memory_bytes
"""

import ctypes

libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
size = 4 << 40
start = libc.mmap(None, size, 1, 0x4022, -1, 0)
libc.madvise(start, size, 15)
for at in range(0, size, 1 << 21):
    ctypes.c_char.from_address(start + at).value
print("done")
