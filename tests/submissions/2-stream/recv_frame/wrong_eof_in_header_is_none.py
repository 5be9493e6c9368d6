# misconception: eof_midway
# draws: None is for a peer who finished between frames; one byte of a header is a frame begun, so EOFError
import struct


def recv_frame(sock, max_len):
    header = b""
    while len(header) < 4:
        chunk = sock.recv(4 - len(header))
        if not chunk:
            return None
        header += chunk
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
