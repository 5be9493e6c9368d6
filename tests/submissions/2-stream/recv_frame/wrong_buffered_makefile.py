# misconception: over_read
# draws: a buffered file reads ahead: it takes bytes of the next frame with it when it goes
import struct


def recv_frame(sock, max_len):
    with sock.makefile("rb") as stream:
        header = stream.read(4)
        if not header:
            return None
        if len(header) < 4:
            raise EOFError("the peer stopped in the header")
        (length,) = struct.unpack(">I", header)
        if length > max_len:
            raise ValueError("frame too long")
        body = stream.read(length)
        if len(body) < length:
            raise EOFError("the peer stopped in the body")
        return body
