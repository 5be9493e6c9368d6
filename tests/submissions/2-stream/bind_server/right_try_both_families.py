import socket


def open_and_bind(family, address):
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
    except BaseException:
        sock.close()
        raise
    return sock


def bind_server(host, port):
    try:
        packed = socket.inet_pton(socket.AF_INET6, host)
    except OSError:
        packed = socket.inet_pton(socket.AF_INET, host)
    if len(packed) == 16:
        sock = open_and_bind(socket.AF_INET6, (host, port, 0, 0))
    else:
        sock = open_and_bind(socket.AF_INET, (host, port))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # still on, no harm
    return sock, sock.getsockname()
