# misconception: client_binds
# draws: a client that binds the server's address
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as sock:
        sock.bind(address)
        sock.settimeout(timeout)
        sock.connect(address)
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        reply = b""
        while True:
            sock.settimeout(max(0.001, deadline - time.monotonic()))
            part = sock.recv(4096)
            if not part:
                return reply
            reply += part
