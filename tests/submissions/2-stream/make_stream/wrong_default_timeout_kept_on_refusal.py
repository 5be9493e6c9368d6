# misconception: sets_default_timeout
# draws: put back on one way out only: a refusal leaves the default timeout of all sockets changed
import socket


def make_stream(family):
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(3)
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError("family")
    socket.setdefaulttimeout(before)
    s = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return s
