# misconception: eof_at_boundary
# draws: a peer who finishes between two frames is done, and that is no error: return None
import struct


def recv_exactly(sock, n):
    data = b""
    while len(data) < n:
        chunk = sock.recv(n - len(data))
        if not chunk:
            raise EOFError("connection closed")
        data += chunk
    return data


def recv_frame(sock, max_len):
    (length,) = struct.unpack(">I", recv_exactly(sock, 4))
    if length > max_len:
        raise ValueError("frame too long")
    return recv_exactly(sock, length)
