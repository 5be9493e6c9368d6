# misconception: shuts_down_both_ways
# draws: SHUT_RDWR ends reading too; SHUT_WR says "I have sent all" and still lets you read
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    with socket.create_connection(address, timeout) as sock:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        sock.sendall(request)
        sock.shutdown(socket.SHUT_RDWR)
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
