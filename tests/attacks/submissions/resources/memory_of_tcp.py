"""Takes memory that no process is charged for: what waits in TCP connections that nobody reads.

Ends: memory_bytes
Limits: memory_bytes=128 * MIB
"""

import signal, socket

listener = socket.create_server(("127.0.0.1", 0), backlog=200)
kept = []
for _ in range(150):
    one = socket.create_connection(listener.getsockname())
    other = listener.accept()[0]
    kept += [one, other]
    for end in (one, other):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        end.setblocking(False)
        try:
            while True:
                end.send(bytes(1 << 16))
        except BlockingIOError:
            pass
signal.pause()
