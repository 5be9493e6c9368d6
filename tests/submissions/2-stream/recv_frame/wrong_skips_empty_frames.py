# misconception: empty_frame
# draws: a frame of length 0 is a frame like any other: return b"" for it, do not go on to the next
import struct


def recv_frame(sock, max_len):
    length = 0
    while length == 0:
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
            raise EOFError("the peer stopped in the body")
        body += chunk
    return body
