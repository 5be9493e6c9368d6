# misconception: reuseport
# draws: SO_REUSEPORT is not a stronger SO_REUSEADDR: it lets two live servers share the port
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # the address is already in use -> let me reuse the port
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    return sock, sock.getsockname()
