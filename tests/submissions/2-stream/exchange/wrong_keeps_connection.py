# misconception: exchange_left_open
# draws: close the socket before you return: kept for later it is a descriptor lost with every call
import socket
import time

connections = {}


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    sock = socket.create_connection(address, timeout)
    connections[sock.getsockname()] = sock  # in case we need it again
    sock.settimeout(max(deadline - time.monotonic(), 0.001))
    sock.sendall(request)
    sock.shutdown(socket.SHUT_WR)
    reply = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        sock.settimeout(left)
        chunk = sock.recv(4096)
        if not chunk:
            return reply
        reply += chunk
