import socket


class UnknownFamily(ValueError):
    pass


class StreamSocket(socket.socket):
    """A TCP socket that knows its own address family."""

    def __init__(self, family):
        if family not in {socket.AF_INET, socket.AF_INET6}:
            raise UnknownFamily(family)
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if family == socket.AF_INET6:
            self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)


def make_stream(family):
    return StreamSocket(family)
