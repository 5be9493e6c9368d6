import struct


def read(sock, n):
    if n == 0:
        return b""
    piece = sock.recv(n)
    if not piece:
        raise EOFError(f"{n} bytes are missing")
    missing = n - len(piece)
    half = missing // 2  # halving keeps the recursion shallow, however small the pieces
    return piece + read(sock, half) + read(sock, missing - half)


def recv_frame(sock, max_len):
    first = sock.recv(1)
    if not first:
        return None
    (size,) = struct.unpack("!I", first + read(sock, 3))
    if size > max_len:
        raise ValueError(f"frame too big: {size}")
    return read(sock, size)
