# misconception: not_a_list
# draws: out of the loop at the deadline, and no return after it: None instead of a list
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
    while time.monotonic() < deadline:
        if select.select([listener], [], [], max(0, deadline - time.monotonic()))[0]:
            result.append(_take(listener, result))
        if len(result) == n:
            return result
