# misconception: asks_beyond_frame
# draws: "<=" asks for a byte that belongs to nobody yet
def recv_frame(sock, max_len):
    h = b""
    while len(h) < 4:
        c = sock.recv(4 - len(h))
        if not c:
            if h:
                raise EOFError
            return None
        h += c
    n = int.from_bytes(h, "big")
    if n > max_len:
        raise ValueError
    body = b""
    while len(body) <= n:
        c = sock.recv(n + 1 - len(body))
        if not c:
            break
        body += c
    if len(body) < n:
        raise EOFError
    return body[:n]
