# misconception: per_recv_timeout
# draws: a socket's timeout starts again with every recv: a server that sends a byte now and then keeps you for ever
import socket


def exchange(address, request, timeout):
    with socket.create_connection(address, timeout) as sock:
        sock.settimeout(timeout)
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        reply = b""
        while True:
            chunk = sock.recv(4096)
            if not chunk:
                return reply
            reply += chunk
