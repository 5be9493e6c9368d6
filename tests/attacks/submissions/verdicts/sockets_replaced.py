"""Replaces the socket itself by one that pretends to have done everything.

Earns: 0
"""

import socket


class Pretender(socket.socket):
    def recv(self, *_):
        return b"\0\0\0\5hello"

    recv_into = recvfrom = send = sendall = connect = bind = recv


socket.socket = Pretender
for name in ("create_connection", "create_server", "socketpair"):
    setattr(socket, name, lambda *_, **__: Pretender())


def recv_frame(sock, max_len):
    sock.__class__ = Pretender
    return sock.recv(4)
