# misconception: raises_at_deadline
# draws: at the deadline give back those who came, instead of raising TimeoutError
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    before = listener.gettimeout()
    accepted = []
    try:
        while len(accepted) < n:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"only {len(accepted)} of {n} clients came")
            listener.settimeout(left)
            accepted.append(listener.accept())
    except BaseException:
        for conn, _ in accepted:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
    return accepted
