"""Writes until the disk is full.

Says: EFBIG ENOSPC
Reached: scratch_bytes
"""

import errno, os, time


def fill(path):
    with open(path, "wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 20))


first = tried(fill, "/scratch/0")
last, number = "", 0
while last != "ENOSPC":
    number += 1
    last = tried(fill, f"/scratch/{number}")
time.sleep(0.3)
print(first, last)
