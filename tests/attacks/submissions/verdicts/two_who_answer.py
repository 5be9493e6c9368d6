"""Forks while it is called, so that two processes answer one call.

Earns: 0
"""

import os


def recv_frame(sock, max_len):
    os.fork()
    return b""
