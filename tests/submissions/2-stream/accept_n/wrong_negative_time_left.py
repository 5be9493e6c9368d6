# misconception: negative_time_left
# draws: what is left may be less than nothing, and settimeout does not take that
import time


def accept_n(listener, n, timeout):
    before = listener.gettimeout()
    deadline = time.monotonic() + timeout
    clients = []
    try:
        while len(clients) < n:
            listener.settimeout(deadline - time.monotonic())
            try:
                clients.append(listener.accept())
            except TimeoutError:
                continue
        return clients
    except BaseException:
        for sock, _ in clients:
            sock.close()
        raise
    finally:
        listener.settimeout(before)
