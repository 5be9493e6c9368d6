# misconception: recv_spins
# draws: a peek returns at once with what is there, the same bytes again and again: it does not wait for the rest
import socket
import struct


def wait_for(sock, n):
    """Look until n bytes are there, and leave them where they are."""
    while True:
        seen = sock.recv(n, socket.MSG_PEEK)
        if len(seen) == n or not seen:
            return len(seen)


def recv_frame(sock, max_len):
    if wait_for(sock, 4) == 0:
        return None
    (length,) = struct.unpack(">I", sock.recv(4))
    if length > max_len:
        raise ValueError("frame too long")
    if length == 0:
        return b""
    if wait_for(sock, length) == 0:
        raise EOFError("the peer stopped in the body")
    return sock.recv(length)
