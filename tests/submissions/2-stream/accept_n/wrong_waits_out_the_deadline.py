# misconception: waits_after_n
# draws: return as soon as n clients are there; do not sit out the time
import time


def accept_n(listener, n, timeout):
    before = listener.gettimeout()
    accepted = []
    time.sleep(timeout)  # give everybody the time to connect
    listener.setblocking(False)
    try:
        while len(accepted) < n:
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
    return accepted
