import contextlib
import time


@contextlib.contextmanager
def own_timeout(sock):
    saved = sock.gettimeout()
    try:
        yield
    finally:
        sock.settimeout(saved)


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    connections = []
    with contextlib.ExitStack() as on_error, own_timeout(listener):
        with contextlib.suppress(TimeoutError):
            while len(connections) < n:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise TimeoutError
                listener.settimeout(remaining)
                conn, address = listener.accept()
                on_error.enter_context(conn)
                connections.append((conn, address))
        on_error.pop_all()
    return connections
