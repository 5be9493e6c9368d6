"""Makes system calls by the entry for 32-bit programs, whose numbers are others.

Ends: -31
"""

import ctypes, mmap

page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex("b81a000000cd80c3"))  # mov eax, 26 (ptrace); int 0x80; ret
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
print("done")
