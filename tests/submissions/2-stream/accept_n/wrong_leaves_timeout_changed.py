# misconception: changes_timeout
# draws: the listener came with a timeout of its own; put it back before you return
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    accepted = []
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
