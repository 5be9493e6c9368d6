# misconception: single_recv
# draws: recv(n) gives up to n bytes, not n: call it until you have them all
import struct


def recv_frame(sock, max_len):
    header = sock.recv(4)
    if not header:
        return None
    (length,) = struct.unpack(">I", header)
    if length > max_len:
        raise ValueError("frame too long")
    body = sock.recv(length) if length else b""
    if len(body) < length:
        raise EOFError("the peer stopped in the middle of a frame")
    return body
