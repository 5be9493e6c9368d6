# misconception: hides_reset
# draws: a reset is no clean end: let ConnectionResetError out, None would say that all is well
import struct


def recv_exactly(sock, n):
    data = b""
    while len(data) < n:
        chunk = sock.recv(n - len(data))
        if not chunk:
            break
        data += chunk
    return data


def recv_frame(sock, max_len):
    try:
        header = recv_exactly(sock, 4)
        if not header:
            return None
        if len(header) < 4:
            raise EOFError("the peer stopped in the header")
        (length,) = struct.unpack(">I", header)
        if length > max_len:
            raise ValueError("frame too long")
        body = recv_exactly(sock, length)
        if len(body) < length:
            raise EOFError("the peer stopped in the body")
        return body
    except ConnectionResetError:
        return None
