# misconception: per_recv_timeout
# draws: the deadline is looked at between two recvs, and each of them may take the whole time again
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    with socket.create_connection(address[:2], timeout) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        reply = b""
        while True:
            part = sock.recv(4096)
            if not part:
                return reply
            reply += part
            if time.monotonic() > deadline:
                raise TimeoutError("timed out")
