# misconception: ignores_request
# draws: the loopback instead of the host that was asked for
import socket


def bind_server(host, port):
    s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("::1" if ":" in host else "127.0.0.1", port))
    except OSError:
        s.close()
        raise
    return s, s.getsockname()
