import select


def send_all(sock, data):
    """Works on a non-blocking socket, too: waits until it has room."""
    view = memoryview(data)
    while view:
        try:
            sent = sock.send(view)
        except BlockingIOError:
            select.select([], [sock], [])
            continue
        view = view[sent:]
