# misconception: single_recv
# draws: even four bytes may come one by one: read the header in a loop too
import struct


def recv_frame(sock, max_len):
    header = sock.recv(4)
    if not header:
        return None
    if len(header) < 4:
        raise EOFError("the peer stopped in the header")
    (length,) = struct.unpack(">I", header)
    if length > max_len:
        raise ValueError("frame too long")
    body = b""
    while len(body) < length:
        chunk = sock.recv(length - len(body))
        if not chunk:
            raise EOFError("the peer stopped in the body")
        body += chunk
    return body
