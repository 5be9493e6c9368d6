# misconception: sets_options
# draws: SO_LINGER was not asked for; it changes what close() does
import socket
import struct


def make_stream(family):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError("family")
    s = socket.socket(family, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return s
