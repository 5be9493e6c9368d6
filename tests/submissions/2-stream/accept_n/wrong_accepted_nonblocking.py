# misconception: accepted_not_blocking
# draws: the sockets you give back must be blocking; recv on these raises BlockingIOError
import select
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    before = listener.gettimeout()
    listener.setblocking(False)
    accepted = []
    try:
        while len(accepted) < n:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            ready, _, _ = select.select([listener], [], [], left)
            if not ready:
                break
            try:
                conn, address = listener.accept()
            except BlockingIOError:
                continue
            conn.setblocking(False)
            accepted.append((conn, address))
    except BaseException:
        for conn, _ in accepted:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
    return accepted
