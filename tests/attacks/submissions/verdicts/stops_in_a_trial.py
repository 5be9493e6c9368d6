"""Stops itself while the referee waits for it.

Earns: 0
Cell: 2
"""

import os, signal


def recv_frame(sock, max_len):
    os.kill(os.getpid(), signal.SIGSTOP)
