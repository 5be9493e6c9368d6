"""Takes memory in many processes, of which each stays below its limit.

Ends: memory_bytes
"""

import os, signal

for _ in range(100):
    if os.fork() == 0:
        kept = bytearray(64 << 20)
        kept[::4096] = bytes([1]) * len(kept[::4096])
        signal.pause()
signal.pause()
