# misconception: over_read
# draws: recv(4) for the second time takes bytes of what follows
def recv_frame(sock, max_len):
    h = b""
    while len(h) < 4:
        c = sock.recv(4)
        if not c:
            if h:
                raise EOFError
            return None
        h += c
    n = int.from_bytes(h[:4], "big")
    if n > max_len:
        raise ValueError
    body = h[4:]
    while len(body) < n:
        c = sock.recv(n)
        if not c:
            raise EOFError
        body += c
    return body[:n]
