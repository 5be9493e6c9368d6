# misconception: empty_reply
# draws: a server may finish without a word: an empty reply is b"", not an error
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
            chunk = sock.recv(4096)
            if not chunk:
                break
            reply += chunk
        if not reply:
            raise ConnectionError("the server closed the connection")
        return reply
