# misconception: family_unchecked
# draws: that the kernel can make the socket does not mean the family is allowed; look at the family first
import socket


def make_stream(family):
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise ValueError(f"bad family {family}") from error
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock
