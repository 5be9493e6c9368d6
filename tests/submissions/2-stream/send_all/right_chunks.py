CHUNK = 1024


def send_all(sock, data, chunk=CHUNK):
    """A kilobyte at a time; each kilobyte until it is really gone."""
    position = 0
    while position < len(data):
        position += sock.send(data[position : position + chunk])
    return None
