# misconception: family_unchecked
# draws: the kernel makes stream sockets of other families too, AF_UNIX for one; refuse them with ValueError yourself
import socket


def make_stream(family):
    sock = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock
