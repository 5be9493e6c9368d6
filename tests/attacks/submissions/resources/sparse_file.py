"""Makes a file of a terabyte that takes no space until it is read.

Says: EFBIG EFBIG
"""

import os

with open("/scratch/sparse", "wb") as file:
    print(tried(os.ftruncate, file.fileno(), 1 << 40), tried(os.posix_fallocate, file.fileno(), 0, 1 << 40))
