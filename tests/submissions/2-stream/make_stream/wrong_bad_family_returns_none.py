# misconception: family_unchecked
# draws: a family that is neither AF_INET nor AF_INET6 must raise ValueError, not return None
import socket


def make_stream(family):
    if family == socket.AF_INET:
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        return sock
    print("family must be AF_INET or AF_INET6")
    return None
