# misconception: oversize
# draws: compare the length with max_len before you read the body: a stranger must not decide how much you take in
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
    body = b""
    while len(body) < length:
        chunk = sock.recv(length - len(body))
        if not chunk:
            raise EOFError("the peer stopped in the body")
        body += chunk
    if len(body) > max_len:
        raise ValueError("frame too long")
    return body
