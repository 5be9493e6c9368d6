"""Returns a value nested so deeply that whoever reads it runs out of stack.

Earns: 0
"""

def recv_frame(sock, max_len):
    value = []
    for _ in range(100_000):
        value = [value, (value,)]
    return value
