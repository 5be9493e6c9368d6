# misconception: swallows_error
# draws: when a live server holds the port, raise EADDRINUSE at once; do not wait until it goes away
import errno
import socket
import time


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        while True:
            try:
                sock.bind((host, port))
                break
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                time.sleep(0.5)
    except BaseException:
        sock.close()
        raise
    return sock, sock.getsockname()
