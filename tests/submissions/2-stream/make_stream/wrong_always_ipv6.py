# misconception: ignores_family
# draws: an IPv6 socket is no stand-in for an IPv4 one; make the family that was asked for
import socket


def make_stream(family):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError("unknown family")
    # IPv6 is the newer one and can do everything
    sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock
