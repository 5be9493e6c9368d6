"""Returns a value that takes all memory of whoever reads it.

Earns: 0
"""

def recv_frame(sock, max_len):
    return [[b"x" * 1000] * 1000] * 1000
