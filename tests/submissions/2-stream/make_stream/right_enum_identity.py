import socket

SUPPORTED = [f for f in socket.AddressFamily if f.name in ("AF_INET", "AF_INET6")]


def make_stream(family):
    if not any(family is known for known in SUPPORTED):
        raise ValueError("Unsupported address family. Please use socket.AF_INET or socket.AF_INET6.")
    s = socket.socket(family=family, type=socket.SOCK_STREAM)
    if family is socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return s
