# misconception: waits_for_ever
# draws: a server that never answers would hold you for ever: the timeout must be used
import socket


def exchange(address, request, timeout):
    with socket.create_connection(address) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        reply = b""
        while True:
            chunk = sock.recv(4096)
            if not chunk:
                return reply
            reply += chunk
