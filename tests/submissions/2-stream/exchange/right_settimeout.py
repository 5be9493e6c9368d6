import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout

    def left():
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("no time left")
        return seconds

    with socket.create_connection(address, timeout=timeout) as sock:
        sock.settimeout(left())
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        reply = b""
        while True:
            sock.settimeout(left())
            chunk = sock.recv(65536)
            if not chunk:
                return reply
            reply += chunk
