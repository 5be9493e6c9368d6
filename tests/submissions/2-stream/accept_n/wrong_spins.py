# misconception: busy_loop
# draws: do not ask again and again at full speed: let the kernel wake you, with a timeout or select
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    before = listener.gettimeout()
    listener.setblocking(False)
    accepted = []
    try:
        while len(accepted) < n and time.monotonic() < deadline:
            try:
                conn, address = listener.accept()
            except BlockingIOError:
                continue
            conn.setblocking(True)
            accepted.append((conn, address))
    except BaseException:
        for conn, _ in accepted:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
    return accepted
