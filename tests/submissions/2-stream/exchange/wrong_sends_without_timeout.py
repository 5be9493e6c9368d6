# misconception: send_waits_for_ever
# draws: sending waits too, when the server does not read: set the timeout before it
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    with socket.create_connection(address, timeout) as sock:
        sock.settimeout(None)
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
