# misconception: asks_beyond_frame
# draws: a frame ends where its length says, not where the stream ends
import struct


def recv_frame(sock, max_len):
    data = b""
    while part := sock.recv(4096):
        data += part
    if not data:
        return None
    (length,) = struct.unpack(">I", data[:4])
    if length > max_len:
        raise ValueError("too long")
    return data[4 : 4 + length]
