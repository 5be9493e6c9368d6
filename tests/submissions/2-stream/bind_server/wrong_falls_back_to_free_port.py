# misconception: swallows_error
# draws: when a live server holds the port, say so with EADDRINUSE; do not go to another port in silence
import errno
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            sock.bind((host, 0))  # taken: let the system find another one
    except BaseException:
        sock.close()
        raise
    return sock, sock.getsockname()
