# misconception: eof_at_boundary
# draws: b"" is an empty frame; the end of the stream is None, so that the caller can tell them apart
import struct


def recv_frame(sock, max_len):
    header = b""
    while len(header) < 4:
        chunk = sock.recv(4 - len(header))
        if not chunk:
            if header:
                raise EOFError("the peer stopped in the header")
            return b""
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
