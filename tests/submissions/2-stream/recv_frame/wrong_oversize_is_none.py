# misconception: oversize
# draws: None says that the peer has finished; a frame above max_len must raise ValueError
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
        print("frame too long:", length)
        return None
    body = b""
    while len(body) < length:
        chunk = sock.recv(length - len(body))
        if not chunk:
            raise EOFError("the peer stopped in the body")
        body += chunk
    return body
