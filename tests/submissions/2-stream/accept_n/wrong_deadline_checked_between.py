# misconception: per_accept_timeout
# draws: the deadline is looked at between two accepts, and each of them may take the whole time again
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
    before = listener.gettimeout()
    deadline = time.monotonic() + timeout
    listener.settimeout(timeout)
    result = []
    try:
        while len(result) < n and time.monotonic() < deadline:
            conn, address = _take(listener, result)
            conn.settimeout(None)
            result.append((conn, address))
    except TimeoutError:
        pass
    finally:
        listener.settimeout(before)
    return result
