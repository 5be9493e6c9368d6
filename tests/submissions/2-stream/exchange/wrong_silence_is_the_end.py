# misconception: no_shut_wr
# draws: without a FIN the server never answers, and silence passes for an empty reply
import socket


def exchange(address, request, timeout):
    with socket.create_connection(address[:2], timeout) as sock:
        sock.sendall(request)
        sock.settimeout(timeout / 2)
        reply = b""
        try:
            while part := sock.recv(4096):
                reply += part
        except TimeoutError:
            pass
        return reply
