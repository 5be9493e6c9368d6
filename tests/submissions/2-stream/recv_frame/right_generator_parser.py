def frame(max_len):
    """Knows the format and nothing of sockets: yields how many bytes it wants, is sent bytes, returns the frame."""
    header = b""
    while len(header) < 4:
        data = yield 4 - len(header)
        if not data:
            if header:
                raise EOFError("end in header")
            return None
        header += data
    length = int.from_bytes(header, "big")
    if length > max_len:
        raise ValueError("too long")
    body = []
    while length:
        data = yield length
        if not data:
            raise EOFError("end in body")
        body.append(data)
        length -= len(data)
    return b"".join(body)


def recv_frame(sock, max_len):
    parser = frame(max_len)
    wanted = next(parser)
    try:
        while True:
            wanted = parser.send(sock.recv(min(wanted, 65536)))
    except StopIteration as stop:
        return stop.value
