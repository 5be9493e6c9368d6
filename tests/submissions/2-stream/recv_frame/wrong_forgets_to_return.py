# misconception: nothing_returned
# draws: the body stands in the last line without return
import struct


def exactly(sock, n):
    data = b""
    while len(data) < n:
        chunk = sock.recv(n - len(data))
        if not chunk:
            return data
        data += chunk
    return data


def recv_frame(sock, max_len):
    head = exactly(sock, 4)
    if head == b"":
        return None
    if len(head) < 4:
        raise EOFError
    (n,) = struct.unpack("!I", head)
    if n > max_len:
        raise ValueError
    body = exactly(sock, n)
    if len(body) < n:
        raise EOFError
    body
