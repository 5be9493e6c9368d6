# misconception: no_reuseaddr
# draws: an IPv6 server is restarted too
import socket


def bind_server(host, port):
    if ":" in host:
        s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    else:
        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind((host, port))
    except OSError:
        s.close()
        raise
    return s, s.getsockname()
