# misconception: wrong_address
# draws: an IPv6 address has four parts; hand it on just as accept gave it
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
                conn, address = listener.accept()
            except TimeoutError:
                break
            host, port = address[0], address[1]
            accepted.append((conn, (host, port)))
    except BaseException:
        for conn, _ in accepted:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
    return accepted
