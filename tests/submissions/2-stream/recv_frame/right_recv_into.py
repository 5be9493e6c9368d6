import socket


def fill(sock: socket.socket, buffer: bytearray) -> int:
    view = memoryview(buffer)
    filled = 0
    while filled < len(buffer):
        n = sock.recv_into(view[filled:])
        if n == 0:
            return filled
        filled += n
    return filled


def recv_frame(sock: socket.socket, max_len: int) -> bytes | None:
    header = bytearray(4)
    got = fill(sock, header)
    if got == 0:
        return None
    if got != 4:
        raise EOFError
    length = int.from_bytes(header, "big")
    if length > max_len:
        raise ValueError("frame too long")
    body = bytearray(length)
    if fill(sock, body) != length:
        raise EOFError("in the body")
    return bytes(body)
