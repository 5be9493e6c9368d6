# misconception: not_blocking
# draws: the socket must be blocking, without a timeout of its own
import socket


def make_stream(family):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError("family must be AF_INET or AF_INET6")
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(30)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock
