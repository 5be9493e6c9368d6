import socket
import struct


def read(sock, n):
    parts = []
    missing = n
    while missing:
        # MSG_WAITALL may still give less: a signal, a timeout, the end
        part = sock.recv(missing, socket.MSG_WAITALL)
        if part == b"":
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


HEADER = struct.Struct("!L")


def recv_frame(sock, max_len, *, header=HEADER):
    head = read(sock, header.size)
    if not head:
        return None
    if len(head) != header.size:
        raise EOFError("incomplete header")
    length = header.unpack(head)[0]
    if not 0 <= length <= max_len:
        raise ValueError(length)
    body = read(sock, length)
    if len(body) != length:
        raise EOFError("incomplete body")
    return body
