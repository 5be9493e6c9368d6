import socket


def make_stream(family, *, v6only=True):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError("family")
    raw = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    raw.settimeout(None)
    sock = socket.socket(fileno=raw.detach())  # family and type are read back from the kernel
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(v6only))
    return sock
