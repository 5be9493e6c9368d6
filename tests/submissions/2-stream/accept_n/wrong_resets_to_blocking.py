# misconception: changes_timeout
# draws: put the listener's own timeout back; None is only right if it came with None
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
    finally:
        listener.settimeout(None)
    return accepted
