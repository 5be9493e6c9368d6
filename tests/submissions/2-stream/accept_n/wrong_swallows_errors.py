# misconception: swallows_errors
# draws: only the deadline makes a partial list; another OSError of accept must come out
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
            accepted.append(listener.accept())
    except OSError:
        pass
    finally:
        listener.settimeout(before)
    return accepted
