# misconception: over_read
# draws: ask for no more than is missing: what you read too much belongs to the next frame and is lost
import struct


def recv_frame(sock, max_len):
    data = b""
    while len(data) < 4:
        chunk = sock.recv(4096)
        if not chunk:
            if data:
                raise EOFError("the peer stopped in the header")
            return None
        data += chunk
    (length,) = struct.unpack(">I", data[:4])
    if length > max_len:
        raise ValueError("frame too long")
    while len(data) < 4 + length:
        chunk = sock.recv(4096)
        if not chunk:
            raise EOFError("the peer stopped in the body")
        data += chunk
    return data[4 : 4 + length]
