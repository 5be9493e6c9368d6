# misconception: per_accept_timeout
# draws: the timeout is for the whole call; every accept starts it again here
def accept_n(listener, n, timeout):
    before = listener.gettimeout()
    accepted = []
    listener.settimeout(timeout)
    try:
        while len(accepted) < n:
            try:
                accepted.append(listener.accept())
            except TimeoutError:
                break
    except BaseException:
        for conn, _ in accepted:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
    return accepted
