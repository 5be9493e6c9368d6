# misconception: eof_midway
# draws: a header that was cut short must be EOFError; check its length before you unpack it
import struct


def recv_frame(sock, max_len):
    header = b""
    while len(header) < 4:
        chunk = sock.recv(4 - len(header))
        if not chunk:
            break
        header += chunk
    if not header:
        return None
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
