# misconception: python_stopped
# draws: a port is a number: Python refuses text
import socket


def bind_server(host, port):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, str(port)))
    return sock, sock.getsockname()
