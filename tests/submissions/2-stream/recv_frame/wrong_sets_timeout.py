# misconception: changes_callers_socket
# draws: the socket is the caller's: its timeout must be as it was when you return
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
    sock.settimeout(30)
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
