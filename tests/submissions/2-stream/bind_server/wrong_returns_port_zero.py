# misconception: returns_port_0
# draws: port 0 means "you choose": ask the socket which port it got, with getsockname
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    if family == socket.AF_INET6:
        return sock, (host, port, 0, 0)
    return sock, (host, port)
