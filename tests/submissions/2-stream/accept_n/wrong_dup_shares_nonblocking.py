# misconception: changes_timeout
# draws: a dup shares the blocking mode with the original, so setting it on the copy changes the caller's listener
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    accepted = []
    with listener.dup() as mine:  # my own copy, so the caller's timeout stays as it is
        try:
            while len(accepted) < n:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                mine.settimeout(left)
                try:
                    accepted.append(mine.accept())
                except TimeoutError:
                    break
        except BaseException:
            for conn, _ in accepted:
                conn.close()
            raise
    return accepted
