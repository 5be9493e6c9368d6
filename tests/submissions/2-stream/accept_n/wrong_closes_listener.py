# misconception: closes_listener
# draws: the listener is the caller's; leave it open, more clients may come
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    accepted = []
    with listener:
        try:
            while len(accepted) < n:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                listener.settimeout(left)
                try:
                    accepted.append(listener.accept())
                except TimeoutError:
                    break
        except BaseException:
            for conn, _ in accepted:
                conn.close()
            raise
    return accepted
