# misconception: option_after_bind
# draws: SO_REUSEADDR is looked at by bind; set after it, it comes too late
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.bind((host, port))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    except BaseException:
        sock.close()
        raise
    return sock, sock.getsockname()
