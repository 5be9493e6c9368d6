import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout

    def set_timeout(sock):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        sock.settimeout(left)

    reply = b""
    with socket.create_connection(address, timeout) as sock, sock.makefile("rb") as reader:
        set_timeout(sock)
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)  # says "that was all" however many files are open
        while True:
            set_timeout(sock)
            chunk = reader.read1()
            if not chunk:
                break
            reply += chunk
    return reply
