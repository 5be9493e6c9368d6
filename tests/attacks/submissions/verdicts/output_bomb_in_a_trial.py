"""Prints a gigabyte while the referee waits for it.

Earns: 0
"""

import os


def recv_frame(sock, max_len):
    for _ in range(1000):
        os.write(1, b"x" * 1_000_000)
    return b""
