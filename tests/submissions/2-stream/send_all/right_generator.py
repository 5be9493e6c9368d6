def sends(sock, data):
    """Send piece by piece; yields how many bytes each send took."""
    left = memoryview(data)
    while left:
        count = sock.send(left)
        yield count
        left = left[count:]


def send_all(sock, data):
    for _count in sends(sock, data):
        pass
