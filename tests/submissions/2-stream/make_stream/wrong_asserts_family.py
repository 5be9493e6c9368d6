# misconception: family_unchecked
# draws: a bad family must raise ValueError; assert raises AssertionError
import socket


def make_stream(family):
    assert family in (socket.AF_INET, socket.AF_INET6), "family must be AF_INET or AF_INET6"
    sock = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock
