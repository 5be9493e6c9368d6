# misconception: no_v6only
# draws: an IPv6 socket takes IPv4 too unless IPV6_V6ONLY is set to 1
import socket


def make_stream(family):
    if family == socket.AF_INET or family == socket.AF_INET6:
        return socket.socket(family, socket.SOCK_STREAM)
    raise ValueError("family must be AF_INET or AF_INET6")
