# misconception: takes_more_than_n
# draws: who wants none must not lose one
import select
import time


def _take(sock, taken):
    try:
        return sock.accept()
    except (TimeoutError, BlockingIOError):
        raise
    except OSError:
        for entry in taken:
            (entry[0] if isinstance(entry, tuple) else entry).close()
        raise


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    result = []
    while True:
        if not select.select([listener], [], [], max(0, deadline - time.monotonic()))[0]:
            return result
        result.append(_take(listener, result))
        if len(result) >= n:
            return result
