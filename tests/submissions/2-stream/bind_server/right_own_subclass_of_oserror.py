import errno
import socket


class PortInUse(OSError):
    """EADDRINUSE, with a sentence that helps."""


class Binder:
    def __call__(self, host, port):
        if ":" in host:
            sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        else:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            sock.close()
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(errno.EADDRINUSE, f"{host} port {port} has a live server") from error
            raise
        except Exception:
            sock.close()
            raise
        return sock, sock.getsockname()


bind_server = Binder()
