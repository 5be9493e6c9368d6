# misconception: thread_left
# draws: a thread that is still in accept takes the next client, who belongs to the caller; end it before you return
import threading


def accept_n(listener, n, timeout):
    accepted = []
    errors = []

    def accept_clients():
        while len(accepted) < n:
            try:
                accepted.append(listener.accept())
            except OSError as error:
                errors.append(error)
                return

    thread = threading.Thread(target=accept_clients, daemon=True)
    thread.start()
    thread.join(timeout)
    if errors:
        for conn, _ in accepted:
            conn.close()
        raise errors[0]
    return accepted[:]
