# misconception: raises_at_deadline
# draws: at the deadline the clients who did come count: give back the partial list, not an empty one
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    before = listener.gettimeout()
    accepted = []
    try:
        while len(accepted) < n:
            listener.settimeout(max(deadline - time.monotonic(), 0.001))
            accepted.append(listener.accept())
    except TimeoutError:
        for conn, _ in accepted:
            conn.close()
        return []
    except BaseException:
        for conn, _ in accepted:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
    return accepted
