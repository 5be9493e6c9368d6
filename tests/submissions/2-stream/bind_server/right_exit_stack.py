import contextlib
import ipaddress
import socket


def bind_server(host: str, port: int) -> tuple[socket.socket, tuple]:
    version = ipaddress.ip_address(host).version
    family = {4: socket.AF_INET, 6: socket.AF_INET6}[version]
    with contextlib.ExitStack() as cleanup:
        sock = cleanup.enter_context(socket.socket(family, socket.SOCK_STREAM))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        address = sock.getsockname()
        cleanup.pop_all()
    return sock, address
