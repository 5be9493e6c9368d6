"""Takes all memory while the referee waits for it; what it could have earned before does not count.

Earns: 0
"""

import os, signal


def recv_frame(sock, max_len):
    for _ in range(20):
        if os.fork() == 0:
            kept = bytearray(100 << 20)
            kept[::4096] = bytes([1]) * len(kept[::4096])
            signal.pause()
    signal.pause()
