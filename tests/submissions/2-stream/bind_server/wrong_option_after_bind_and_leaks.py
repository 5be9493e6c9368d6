# misconception: option_after_bind
# draws: the option comes too late; that the failed socket stays open as well is the second thing to learn
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.bind((host, port))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return sock, sock.getsockname()
