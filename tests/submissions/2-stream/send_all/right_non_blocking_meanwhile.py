import contextlib
import selectors


@contextlib.contextmanager
def non_blocking(sock):
    before = sock.gettimeout()
    sock.setblocking(False)
    try:
        yield before
    finally:
        sock.settimeout(before)


def send_all(sock, data):
    with non_blocking(sock) as limit, selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        while data:
            if limit != 0 and not selector.select(limit):
                raise TimeoutError("timed out")
            try:
                data = data[sock.send(data[:16384]) :]
            except BlockingIOError:
                if limit == 0:
                    raise
