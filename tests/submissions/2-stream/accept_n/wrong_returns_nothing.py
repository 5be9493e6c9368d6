# misconception: nothing_returned
# draws: the list has to be returned, on every way out
import time


def accept_n(listener, n, timeout):
    before = listener.gettimeout()
    deadline = time.monotonic() + timeout
    clients = []
    try:
        while len(clients) < n and (left := deadline - time.monotonic()) > 0:
            listener.settimeout(left)
            clients.append(listener.accept())
    except TimeoutError:
        return clients
    finally:
        listener.settimeout(before)
