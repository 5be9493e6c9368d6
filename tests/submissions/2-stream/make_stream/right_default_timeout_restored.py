import socket


def make_stream(family):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError(family)
    # Somebody may have set a default timeout: ours must be blocking all the same.
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(None)
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    finally:
        socket.setdefaulttimeout(before)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock
