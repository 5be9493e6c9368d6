# misconception: wrong_address
# draws: the address is what getsockname says, host included, not the host as it was asked for
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
    _, *rest = sock.getsockname()
    return sock, (host, *rest)
