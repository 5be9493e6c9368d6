import time


def accept_n(listener, n, timeout):
    if n == 0 or timeout <= 0:
        return []
    start = time.monotonic()
    before = listener.gettimeout()
    listener.settimeout(timeout)
    try:
        first = listener.accept()
    except TimeoutError:
        return []
    finally:
        listener.settimeout(before)
    try:
        rest = accept_n(listener, n - 1, timeout - (time.monotonic() - start))
    except BaseException:
        first[0].close()
        raise
    return [first, *rest]
