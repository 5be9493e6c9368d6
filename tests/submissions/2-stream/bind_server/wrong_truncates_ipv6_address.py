# misconception: wrong_address
# draws: an IPv6 socket address has four parts; hand on all that getsockname gave
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
    actual_host, actual_port = sock.getsockname()[:2]
    return sock, (actual_host, actual_port)
