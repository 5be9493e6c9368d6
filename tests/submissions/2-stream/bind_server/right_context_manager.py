import socket
from contextlib import contextmanager


@contextmanager
def closed_on_error(resource):
    try:
        yield resource
    except BaseException:
        resource.close()
        raise


def bind_server(host, port, reuse=True):
    family = socket.AF_INET6 if host.count(":") >= 2 else socket.AF_INET
    with closed_on_error(socket.socket(family, socket.SOCK_STREAM)) as sock:
        if reuse:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        return sock, sock.getsockname()
