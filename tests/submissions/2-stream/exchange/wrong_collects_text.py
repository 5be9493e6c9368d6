# misconception: text_and_bytes
# draws: a reply collected in a str: Python refuses to add bytes to text
import socket
import time


def exchange(address, request, timeout):
    end = time.monotonic() + timeout
    reply = ""
    with socket.create_connection(address, timeout) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        while True:
            sock.settimeout(max(end - time.monotonic(), 0.001))
            chunk = sock.recv(4096)
            if not chunk:
                return reply
            reply += chunk
