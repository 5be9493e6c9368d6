# misconception: checks_late
# draws: a bad family must be refused before any descriptor exists, not made and closed again
import socket


def make_stream(family):
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise ValueError("family must be AF_INET or AF_INET6") from error
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        sock.close()
        raise ValueError("family must be AF_INET or AF_INET6")
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock
