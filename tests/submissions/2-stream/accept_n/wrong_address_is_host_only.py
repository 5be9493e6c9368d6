# misconception: wrong_address
# draws: an address is host and port, as accept gave it; the host alone does not name the client
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
            accepted.append((conn, address[0]))
    except BaseException:
        for conn, _ in accepted:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
    return accepted
