# misconception: no_reuseaddr
# draws: connections in TIME_WAIT keep the port busy after a restart unless SO_REUSEADDR is set
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    return sock, sock.getsockname()
