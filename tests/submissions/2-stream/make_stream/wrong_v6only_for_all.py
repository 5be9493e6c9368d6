# misconception: v6only_for_all
# draws: IPV6_V6ONLY exists on IPv6 sockets only; an IPv4 socket refuses it
import socket


def make_stream(family):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError("family must be AF_INET or AF_INET6")
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    except OSError:
        sock.close()
        raise
    return sock
