import socket


def make_stream(family: socket.AddressFamily) -> socket.socket:
    """A fresh TCP socket. Unbound, blocking."""
    match family:
        case socket.AF_INET:
            return socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        case socket.AF_INET6:
            sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            try:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, True)
            except OSError:
                sock.close()
                raise
            return sock
        case _:
            raise ValueError("only AF_INET and AF_INET6")
