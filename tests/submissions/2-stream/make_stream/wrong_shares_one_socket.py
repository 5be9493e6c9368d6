# misconception: shared_socket
# draws: a cached result is one socket for every caller, and closed when the first of them closes it
import functools
import socket


@functools.cache
def make_stream(family):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError("family")
    s = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return s
