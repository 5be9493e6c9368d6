# misconception: swallows_reset
# draws: a reset means that the reply is not whole: let the error out instead of returning what came
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    with socket.create_connection(address, timeout) as sock:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        reply = b""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            sock.settimeout(left)
            try:
                chunk = sock.recv(4096)
            except ConnectionResetError:
                return reply
            if not chunk:
                return reply
            reply += chunk
