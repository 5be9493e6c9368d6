"""Ends its kernel while the referee waits for it.

Earns: 0
"""

import os


def recv_frame(sock, max_len):
    os._exit(0)
