import socket


def refuse(family):
    raise ValueError(f"not an internet family: {family}")


def v4():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def v6():
    s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return s


make_stream = lambda family: v4() if family == socket.AF_INET else v6() if family == socket.AF_INET6 else refuse(family)
