# misconception: empty_frame
# draws: a frame of length 0 is a frame: recv(0) gives b"", and that is not the end of the stream
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
    while True:
        chunk = sock.recv(length - len(body))
        if not chunk:
            raise EOFError("the peer stopped in the body")
        body += chunk
        if len(body) == length:
            return body
