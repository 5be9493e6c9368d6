# misconception: unpacked_tuple
# draws: unpack() returns a tuple, even for one number
import struct


def recv_frame(sock, max_len):
    head = sock.recv(4)
    if not head:
        return None
    length = struct.unpack(">I", head)
    if length > max_len:
        raise ValueError("too long")
    return sock.recv(length)
