# misconception: eof_midway
# draws: after the header a frame has begun, even if no byte of its body came: EOFError, not None
import struct


def recv_exactly(sock, n):
    data = b""
    while len(data) < n:
        chunk = sock.recv(n - len(data))
        if not chunk:
            if data:
                raise EOFError("the peer stopped in the middle")
            return None
        data += chunk
    return data


def recv_frame(sock, max_len):
    header = recv_exactly(sock, 4)
    if header is None:
        return None
    (length,) = struct.unpack(">I", header)
    if length > max_len:
        raise ValueError("frame too long")
    return recv_exactly(sock, length)
