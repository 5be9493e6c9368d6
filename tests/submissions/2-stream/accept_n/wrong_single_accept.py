# misconception: single_accept
# draws: one accept takes one client; you need n of them
def accept_n(listener, n, timeout):
    before = listener.gettimeout()
    accepted = []
    if n == 0:
        return accepted
    listener.settimeout(timeout)
    try:
        conn, address = listener.accept()
        conn.settimeout(None)
        accepted.append((conn, address))
    except TimeoutError:
        pass
    finally:
        listener.settimeout(before)
    return accepted
