# misconception: over_read
# draws: bytes kept from one connection turn up in another: read no more than you need and keep nothing
import struct

leftover = b""


def recv_frame(sock, max_len):
    global leftover
    while len(leftover) < 4:
        chunk = sock.recv(4096)
        if not chunk:
            if leftover:
                leftover = b""
                raise EOFError("the peer stopped in the header")
            return None
        leftover += chunk
    (length,) = struct.unpack(">I", leftover[:4])
    if length > max_len:
        leftover = b""
        raise ValueError("frame too long")
    while len(leftover) < 4 + length:
        chunk = sock.recv(4096)
        if not chunk:
            leftover = b""
            raise EOFError("the peer stopped in the body")
        leftover += chunk
    body = leftover[4 : 4 + length]
    leftover = leftover[4 + length :]
    return body
