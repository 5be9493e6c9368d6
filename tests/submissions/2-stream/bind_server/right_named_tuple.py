import socket
from typing import NamedTuple


class Server(NamedTuple):
    socket: socket.socket
    address: tuple


def family_of(host):
    try:
        socket.inet_pton(socket.AF_INET, host)
        return socket.AF_INET
    except OSError:
        return socket.AF_INET6


def bind_server(host, port):
    family = family_of(host)
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
        return Server(sock, sock.getsockname())
    except:
        sock.close()
        raise
