# misconception: single_recv
# draws: one recv is not the whole reply: read until recv returns b""
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    with socket.create_connection(address, timeout) as sock:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        return sock.recv(65536)
