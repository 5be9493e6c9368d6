# misconception: swallows_error
# draws: the kernel's OSError with its errno must come out, not another exception in its place
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise RuntimeError(f"could not bind to {host}:{port}") from error
    return sock, sock.getsockname()
