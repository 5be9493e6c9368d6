# misconception: closes_accepted
# draws: a with block round each client closes it before the caller has it
import time


def accept_n(listener, n, timeout):
    before = listener.gettimeout()
    deadline = time.monotonic() + timeout
    clients = []
    try:
        while len(clients) < n and (left := deadline - time.monotonic()) > 0:
            listener.settimeout(left)
            visitor, address = listener.accept()
            with visitor:
                clients.append((visitor, address))
    except TimeoutError:
        pass
    finally:
        listener.settimeout(before)
    return clients
