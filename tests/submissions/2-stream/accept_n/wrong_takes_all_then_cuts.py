# misconception: takes_more_than_n
# draws: clients beyond the first n must stay in the listener's queue, not be accepted and dropped
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
            while True:  # take everybody who is waiting
                try:
                    accepted.append(listener.accept())
                except BlockingIOError:
                    break
    except BaseException:
        for conn, _ in accepted:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
    for conn, _ in accepted[n:]:
        conn.close()
    return accepted[:n]
