import contextlib
import socket
import time


class ExchangeTimeout(TimeoutError):
    pass


@contextlib.contextmanager
def budget(sock, deadline):
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise ExchangeTimeout
    sock.settimeout(seconds)
    yield sock


def exchange(address, request, timeout, *, size=4096):
    deadline = time.monotonic() + timeout
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        with budget(sock, deadline):
            sock.connect(address)
        with budget(sock, deadline):
            sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        reply = []
        while True:
            with budget(sock, deadline):
                piece = sock.recv(size)
            if piece == b"":
                break
            reply.append(piece)
        return b"".join(reply)
