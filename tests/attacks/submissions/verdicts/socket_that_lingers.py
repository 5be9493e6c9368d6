"""Leaves the referee a socket whose end takes weeks: unsent data, and SO_LINGER.

Earns: 0
"""

import socket, struct

kept = []


def recv_frame(sock, max_len):
    listener = socket.create_server(("127.0.0.1", 0))
    one = socket.create_connection(listener.getsockname())
    for end in (sock, one):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 1_000_000))
        end.setblocking(False)
        try:
            while True:
                end.send(bytes(65536))
        except OSError:
            pass
    kept.append(listener)
    return one
