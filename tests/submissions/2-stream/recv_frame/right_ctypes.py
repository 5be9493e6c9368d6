import ctypes


class Header(ctypes.BigEndianStructure):
    _pack_ = 1
    _fields_ = [("length", ctypes.c_uint32)]


def _fill(sock, view):
    at = 0
    while at < len(view):
        n = sock.recv_into(view[at:], len(view) - at)
        if n == 0:
            break
        at += n
    return at


def recv_frame(sock, max_len, *, strict=True):
    raw = bytearray(ctypes.sizeof(Header))
    match _fill(sock, memoryview(raw)):
        case 0:
            return None
        case n if n < len(raw):
            raise EOFError("in header")
    header = Header.from_buffer_copy(raw)
    if header.length > max_len:
        raise ValueError("oversize")
    body = bytearray(header.length)
    if _fill(sock, memoryview(body)) != header.length:
        raise EOFError("in body")
    return bytes(body)
