# misconception: list_of_earlier_call
# draws: a list as a default value still holds the clients of the last call
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


def accept_n(listener, n, timeout, result=[]):
    deadline = time.monotonic() + timeout
    while len(result) < n:
        if not select.select([listener], [], [], max(0, deadline - time.monotonic()))[0]:
            break
        result.append(_take(listener, result))
    return result
