# misconception: checks_late
# draws: the family must be checked before socket() is called, so that no descriptor exists when ValueError is raised
import socket


def make_stream(family):
    sock = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    elif family != socket.AF_INET:
        raise ValueError("family must be AF_INET or AF_INET6")
    return sock
