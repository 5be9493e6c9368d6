import os
import select


def _some(sock, n):
    limit = sock.gettimeout()
    while True:
        if limit != 0 and not select.select([sock], [], [], limit)[0]:
            raise TimeoutError("timed out")
        try:
            return os.read(sock.fileno(), n)
        except BlockingIOError:
            if limit == 0:
                raise


def recv_frame(sock, max_len):
    header = b""
    while len(header) < 4:
        part = _some(sock, 4 - len(header))
        if not part:
            if header:
                raise EOFError
            return None
        header += part
    left = int.from_bytes(header, "big")
    if left > max_len:
        raise ValueError(left)
    body = []
    while left:
        part = _some(sock, left)
        if not part:
            raise EOFError
        body.append(part)
        left -= len(part)
    return b"".join(body)
