# misconception: changes_timeout
# draws: the listener came blocking and is non-blocking now; put its mode back before you return
import select
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
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
                accepted.append(listener.accept())
            except BlockingIOError:
                pass
    except BaseException:
        for conn, _ in accepted:
            conn.close()
        raise
    return accepted
