import struct


def recv_exactly(sock, n):
    """n bytes, or fewer if the peer has finished."""
    got = b""
    while len(got) < n:
        chunk = sock.recv(n - len(got))
        if not chunk:
            break
        got += chunk
    return got


def recv_frame(sock, max_len):
    header = recv_exactly(sock, 4)
    if header == b"":
        return None
    if len(header) < 4:
        raise EOFError("the peer stopped within the length")
    (length,) = struct.unpack(">I", header)
    if length > max_len:
        raise ValueError(f"frame of {length} bytes, only {max_len} allowed")
    body = recv_exactly(sock, length)
    if len(body) < length:
        raise EOFError(f"the peer stopped after {len(body)} of {length} bytes")
    return body
