# misconception: exchange_left_open
# draws: connect() failed outside the with block
import socket
import time

last = None


def exchange(address, request, timeout):
    global last
    deadline = time.monotonic() + timeout
    sock = last = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    sock.settimeout(timeout)
    sock.connect(address)
    with sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        reply = b""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
            part = sock.recv(4096)
            if not part:
                return reply
            reply += part
