# misconception: swallows_error
# draws: a port that is taken must raise EADDRINUSE, not come back as None
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        print("bind failed:", error)
        sock.close()
        return None
    return sock, sock.getsockname()
