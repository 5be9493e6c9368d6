# misconception: changes_timeout
# draws: when accept raises, the listener must get its timeout back too: use finally
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    before = listener.gettimeout()
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
    except OSError:
        for conn, _ in accepted:
            conn.close()
        raise
    listener.settimeout(before)
    return accepted
