import contextlib
import socket


def make_stream(family):
    if family != socket.AF_INET and family != socket.AF_INET6:
        raise ValueError("bad family")
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        stack.pop_all()  # all went well: keep it open
        return sock
