# misconception: spins_at_eof
# draws: b"" from recv is the end, for good: asking again gives b"" again, without end
import struct


def recv_frame(sock, max_len):
    header = b""
    while len(header) < 4:
        chunk = sock.recv(4 - len(header))
        if not chunk and not header:
            return None
        header += chunk
    (length,) = struct.unpack(">I", header)
    if length > max_len:
        raise ValueError("frame too long")
    body = b""
    while len(body) < length:
        body += sock.recv(length - len(body))
    return body
