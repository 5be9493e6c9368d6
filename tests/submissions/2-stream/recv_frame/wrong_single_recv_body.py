# misconception: single_recv
# draws: recv(length) gives up to length bytes: read the body in a loop, as you do the header
import struct


def recv_frame(sock, max_len):
    header = b""
    while len(header) < 4:
        chunk = sock.recv(4 - len(header))
        if not chunk:
            if header:
                raise EOFError("the peer stopped in the header")
            return None
        header += chunk
    (length,) = struct.unpack(">I", header)
    if length > max_len:
        raise ValueError("frame too long")
    if length == 0:
        return b""
    body = sock.recv(length)
    if not body:
        raise EOFError("the peer stopped in the body")
    return body
