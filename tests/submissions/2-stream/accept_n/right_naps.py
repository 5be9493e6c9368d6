import time


def accept_n(listener, n, timeout, nap=0.005):
    """Look, and if nobody is there sleep for a moment."""
    finish = time.monotonic() + timeout
    previous = listener.gettimeout()
    clients = []
    listener.setblocking(False)
    try:
        while len(clients) != n and time.monotonic() < finish:
            try:
                sock, addr = listener.accept()
            except BlockingIOError:
                time.sleep(nap)
            else:
                sock.setblocking(True)
                clients.append((sock, addr))
        return clients
    except Exception:
        while clients:
            clients.pop()[0].close()
        raise
    finally:
        listener.settimeout(previous)
