"""Takes all memory in one process.

Says: MemoryError
"""

kept = []
try:
    while True:
        kept.append(bytearray(32 << 20))
except MemoryError:
    kept.clear()
    print("MemoryError")
