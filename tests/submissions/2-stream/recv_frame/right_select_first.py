import select


def wait_readable(sock):
    """Wait as long as the socket's own timeout says."""
    timeout = sock.gettimeout()
    if timeout == 0:
        return  # non-blocking: recv itself says if nothing is there
    ready, _, _ = select.select([sock], [], [], timeout)
    if not ready:
        raise TimeoutError("timed out")


def recv_frame(sock, max_len):
    buffer = bytearray()
    need = 4
    length = None
    while len(buffer) < need:
        wait_readable(sock)
        chunk = sock.recv(need - len(buffer))
        if not chunk:
            if buffer:
                raise EOFError("unexpected end")
            return None
        buffer += chunk
        if length is None and len(buffer) == 4:
            length = int.from_bytes(buffer, "big")
            if length > max_len:
                raise ValueError("frame exceeds max_len")
            need += length
    return bytes(buffer[4:])
