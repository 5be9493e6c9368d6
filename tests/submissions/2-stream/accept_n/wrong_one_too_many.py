# misconception: waits_after_n
# draws: n clients, not n + 1: the next one must stay in the queue
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    before = listener.gettimeout()
    accepted = []
    try:
        while len(accepted) <= n:
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
    finally:
        listener.settimeout(before)
    return accepted
