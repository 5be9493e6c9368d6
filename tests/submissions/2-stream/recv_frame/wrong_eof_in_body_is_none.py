# misconception: eof_midway
# draws: None says that the peer finished cleanly; in the middle of a body that is not so: EOFError
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
    body = b""
    while len(body) < length:
        chunk = sock.recv(length - len(body))
        if not chunk:
            return None
        body += chunk
    return body
