# misconception: exchange_left_open
# draws: close the socket when you are done with it; it is yours, nobody else will
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    sock = socket.create_connection(address, timeout)
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
