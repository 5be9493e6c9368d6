# misconception: sets_default_timeout
# draws: setdefaulttimeout changes every socket of the program; a returned socket must be blocking
import socket


def bind_server(host, port):
    socket.setdefaulttimeout(5)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    return sock, sock.getsockname()
