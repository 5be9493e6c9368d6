# misconception: still_running
# draws: a loop that waits for something which does not come
import socket


def make_stream(family):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError(family)
    sock = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    while sock.getsockname()[1] == 0:
        pass
    return sock
