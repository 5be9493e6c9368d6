import functools
import socket


def build(family, *, kind, families):
    if family not in families:
        raise ValueError(f"{family!r} is not one of {families}")
    sock = socket.socket(family, kind, proto=0)
    sock.setblocking(True)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, b"\x01\x00\x00\x00")
    return sock


make_stream = functools.partial(build, kind=socket.SOCK_STREAM, families=(socket.AF_INET, socket.AF_INET6))
