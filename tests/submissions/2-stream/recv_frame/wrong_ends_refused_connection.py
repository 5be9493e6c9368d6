# misconception: changes_callers_socket
# draws: to end the connection is the caller's decision
import socket


def recv_frame(sock, max_len):
    def get(n):
        b = b""
        while len(b) < n and (c := sock.recv(n - len(b))):
            b += c
        return b

    h = get(4)
    if not h:
        return None
    if len(h) < 4:
        raise EOFError
    n = int.from_bytes(h, "big")
    if n > max_len:
        sock.shutdown(socket.SHUT_RDWR)
        raise ValueError
    b = get(n)
    if len(b) < n:
        raise EOFError
    return b
