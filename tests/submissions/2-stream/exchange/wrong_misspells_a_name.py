# misconception: python_stopped
# draws: an error of Python's own is not about sockets, and the hint says so
import socket


def exchange(address, request, timeout):
    with socket.create_connection(adress, timeout=timeout) as sock:
        sock.sendall(request)
        return sock.recv(65536)
