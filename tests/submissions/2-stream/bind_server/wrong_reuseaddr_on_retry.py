# misconception: no_reuseaddr
# draws: the old server needs SO_REUSEADDR as well as the new one: set it on every run, not only after a failure
import errno
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        try:
            sock.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    return sock, sock.getsockname()
