# misconception: gives_up_early
# draws: a share of the time for each client gives up while there is time left
def _take(sock, taken):
    try:
        return sock.accept()
    except (TimeoutError, BlockingIOError):
        raise
    except OSError:
        for entry in taken:
            (entry[0] if isinstance(entry, tuple) else entry).close()
        raise


def accept_n(listener, n, timeout):
    before = listener.gettimeout()
    result = []
    if not n:
        return result
    listener.settimeout(timeout / n)
    try:
        for _ in range(n):
            conn, address = _take(listener, result)
            conn.settimeout(None)
            result.append((conn, address))
    except TimeoutError:
        pass
    finally:
        listener.settimeout(before)
    return result
