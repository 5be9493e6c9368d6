# misconception: waits_for_ever
# draws: the timeout is for the whole call: reading needs it as much as connecting does
import socket


def exchange(address, request, timeout):
    with socket.create_connection(address, timeout) as sock:
        sock.settimeout(None)
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        reply = b""
        while True:
            chunk = sock.recv(4096)
            if not chunk:
                return reply
            reply += chunk
