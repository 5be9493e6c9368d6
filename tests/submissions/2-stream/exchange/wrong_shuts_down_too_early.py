# misconception: shuts_down_too_early
# draws: shutdown before sendall: the end was said first, and sending is over
import socket


def exchange(address, request, timeout):
    with socket.create_connection(address, timeout) as sock:
        sock.shutdown(socket.SHUT_WR)
        sock.sendall(request)
        data = b""
        while True:
            chunk = sock.recv(4096)
            if not chunk:
                return data
            data += chunk
