import contextlib
import itertools
import time


def arrivals(listener, deadline):
    """Clients as they come, until the deadline."""
    before = listener.gettimeout()
    try:
        while (left := deadline - time.monotonic()) > 0:
            listener.settimeout(left)
            try:
                pair = listener.accept()
            except TimeoutError:
                return
            yield pair
    finally:
        listener.settimeout(before)


def accept_n(listener, n, timeout):
    accepted = []
    with contextlib.closing(arrivals(listener, time.monotonic() + timeout)) as clients:
        try:
            for pair in itertools.islice(clients, n):
                accepted.append(pair)
        except BaseException:
            for conn, _ in accepted:
                conn.close()
            raise
    return accepted
