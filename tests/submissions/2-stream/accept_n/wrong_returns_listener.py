# misconception: returns_listener
# draws: accept makes a new socket for each client; give that one back, not the listener
import time


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    before = listener.gettimeout()
    accepted = []
    connections = []
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
            connections.append(conn)
            accepted.append((listener, address))
    finally:
        listener.settimeout(before)
        for conn in connections:
            conn.close()
    return accepted
