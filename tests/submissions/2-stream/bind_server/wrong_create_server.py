# misconception: listens
# draws: create_server also listens; here the socket is to be bound only
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.create_server((host, port), family=family)
    return sock, sock.getsockname()
