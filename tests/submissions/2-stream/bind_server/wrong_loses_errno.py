# misconception: swallows_error
# draws: an OSError made from a text alone has no errno; let the kernel's own error out
import socket


def bind_server(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise OSError(f"cannot bind to {host}:{port}") from error
    return sock, sock.getsockname()
