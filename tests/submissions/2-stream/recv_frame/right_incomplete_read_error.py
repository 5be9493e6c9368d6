import asyncio
import functools


def read(sock, n):
    data = b""
    while n > len(data):
        message, _, _, _ = sock.recvmsg(n - len(data))
        if not message:
            raise asyncio.IncompleteReadError(data, n)  # an EOFError
        data += message
    return data


def read_frame(sock, max_len, *, byteorder):
    try:
        header = read(sock, 4)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    length = int.from_bytes(header, byteorder)
    if length > max_len:
        raise ValueError(f"length {length}")
    return read(sock, length)


recv_frame = functools.partial(read_frame, byteorder="big")
