import selectors
import socket
import time


class Acceptor:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.pairs: list[tuple[socket.socket, tuple]] = []

    def __enter__(self):
        self.mode = self.listener.gettimeout()
        self.listener.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        return self

    def __exit__(self, kind, *_):
        self.selector.close()
        self.listener.settimeout(self.mode)
        if kind is not None:
            for sock, _address in self.pairs:
                sock.close()

    def run(self, n, deadline):
        while len(self.pairs) < n and (left := deadline - time.monotonic()) > 0:
            if self.selector.select(left):
                try:
                    sock, address = self.listener.accept()
                except BlockingIOError:
                    continue
                sock.setblocking(True)
                self.pairs.append((sock, address))
        return self.pairs


def accept_n(listener: socket.socket, n: int, timeout: float) -> list[tuple[socket.socket, tuple]]:
    with Acceptor(listener) as acceptor:
        return acceptor.run(n, time.monotonic() + timeout)
