"""Takes memory that no process is charged for: what waits in the sockets of many processes.

Ends: memory_bytes
"""

import os, signal, socket

for _ in range(20):
    if os.fork() == 0:
        kept = []
        for _ in range(200):
            pair = socket.socketpair()
            kept.append(pair)
            for one in pair:
                one.setblocking(False)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
                try:
                    while True:
                        one.send(bytes(1 << 16))
                except BlockingIOError:
                    pass
        signal.pause()
signal.pause()
