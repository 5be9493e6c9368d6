# misconception: oversize
# draws: raise ValueError before the body is read; reading it away lets a stranger keep you busy
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
        # skip this frame, so that the next call finds the next header
        while length > 0:
            chunk = sock.recv(min(length, 65536))
            if not chunk:
                break
            length -= len(chunk)
        raise ValueError("frame too long")
    body = b""
    while len(body) < length:
        chunk = sock.recv(length - len(body))
        if not chunk:
            raise EOFError("the peer stopped in the body")
        body += chunk
    return body
