import socket


class make_stream(socket.socket):
    """Calling the class gives a socket, so it does for a function."""

    def __init__(self, family):
        if family not in (socket.AF_INET, socket.AF_INET6):
            raise ValueError("make_stream: family must be AF_INET or AF_INET6")
        super().__init__(family, socket.SOCK_STREAM)
        if family == socket.AF_INET6:
            self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
