# misconception: closes_listener
# draws: shutdown on the listener ends it for everybody; leave it listening
import socket
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
                accepted.append(listener.accept())
            except TimeoutError:
                break
        listener.shutdown(socket.SHUT_RDWR)  # nobody else, please
    except BaseException:
        for conn, _ in accepted:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
    return accepted
