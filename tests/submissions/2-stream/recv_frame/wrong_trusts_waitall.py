# misconception: single_recv
# draws: MSG_WAITALL does not wait on a socket that has a timeout: a short result is not yet the end
import socket
import struct


def recv_frame(sock, max_len):
    header = sock.recv(4, socket.MSG_WAITALL)
    if not header:
        return None
    if len(header) < 4:
        raise EOFError("the peer stopped in the header")
    (length,) = struct.unpack(">I", header)
    if length > max_len:
        raise ValueError("frame too long")
    body = sock.recv(length, socket.MSG_WAITALL) if length else b""
    if len(body) < length:
        raise EOFError("the peer stopped in the body")
    return body
