# misconception: sets_default_timeout
# draws: setdefaulttimeout changes every socket of the program: set the timeout on your own socket
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    socket.setdefaulttimeout(timeout)
    with socket.socket() as sock:
        sock.connect(address)
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
