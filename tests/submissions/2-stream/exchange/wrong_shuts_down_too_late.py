# misconception: no_shut_wr
# draws: shut down the sending side before you read: the server waits for it before it answers
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    with socket.create_connection(address, timeout) as sock:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        sock.sendall(request)
        reply = b""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            sock.settimeout(left)
            chunk = sock.recv(4096)
            if not chunk:
                break
            reply += chunk
        sock.shutdown(socket.SHUT_WR)
        return reply
