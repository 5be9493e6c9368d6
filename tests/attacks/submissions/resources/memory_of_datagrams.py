"""Takes memory that no process is charged for: datagrams that nobody receives.

Ends: memory_bytes
Limits: memory_bytes=128 * MIB
"""

import signal, socket

kept = []
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(300):
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    kept.append(one)
    for _ in range(4000):
        sender.sendto(b"x", one.getsockname())
signal.pause()
