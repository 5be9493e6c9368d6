# misconception: wrong_entry
# draws: each item is a pair, the socket and the client's address, just as accept gave it
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    before = listener.gettimeout()
    accepted = []
    try:
        while len(accepted) < n:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            listener.settimeout(left)
            try:
                conn, _ = listener.accept()
            except TimeoutError:
                break
            accepted.append(conn)
    except BaseException:
        for conn in accepted:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
    return accepted
