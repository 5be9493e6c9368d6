import socket
import time


class Exchange:
    """One request, one reply. An error of sending is kept until the reply has been read."""

    def __init__(self, address, timeout):
        self.deadline = time.monotonic() + timeout
        self.sock = socket.create_connection(address, timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def use_remaining_time(self):
        remaining = self.deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("exchange: time is over")
        self.sock.settimeout(remaining)

    def send(self, request):
        try:
            self.use_remaining_time()
            self.sock.sendall(request)
            self.sock.shutdown(socket.SHUT_WR)
        except TimeoutError:
            raise
        except OSError as error:
            return error
        return None

    def read(self):
        parts = []
        while True:
            self.use_remaining_time()
            part = self.sock.recv(8192)
            if not part:
                return b"".join(parts)
            parts.append(part)


def exchange(address, request, timeout):
    with Exchange(address, timeout) as conversation:
        error = conversation.send(request)
        reply = conversation.read()
        if error is not None:
            raise error
        return reply
