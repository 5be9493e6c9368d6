import select
import time


def accept_n(listener, n, timeout):
    end = time.monotonic() + timeout
    result = []
    old = listener.gettimeout()
    listener.setblocking(False)
    try:
        while len(result) < n:
            remaining = end - time.monotonic()
            if remaining <= 0:
                return result
            readable, _, _ = select.select([listener], [], [], remaining)
            if not readable:
                return result
            try:
                result.append(listener.accept())
            except BlockingIOError:
                continue  # the client went away, or somebody else took it
    except OSError:
        while result:
            result.pop()[0].close()
        raise
    finally:
        listener.settimeout(old)
    return result
