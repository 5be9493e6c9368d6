# misconception: sets_default_timeout
# draws: the socket is blocking, but setdefaulttimeout has changed every socket that is made from now on
import socket


def make_stream(family):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError("family must be AF_INET or AF_INET6")
    socket.setdefaulttimeout(5.0)
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(True)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock
