import socket


class BoundSocket(socket.socket):
    """A stream socket that has a local address from the start."""

    def __init__(self, host, port):
        super().__init__(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.bind((host, port))
        except Exception:
            self.close()
            raise

    @property
    def address(self):
        return self.getsockname()


def bind_server(host, port):
    server = BoundSocket(host, port)
    return server, server.address
