# misconception: length_cut
# draws: a length above 65,535 needs all four bytes
def recv_frame(sock, max_len):
    def exact(n, first):
        d = b""
        while len(d) < n:
            c = sock.recv(n - len(d))
            if not c:
                if first and not d:
                    return None
                raise EOFError
            d += c
        return d

    h = exact(4, True)
    if h is None:
        return None
    n = h[2] * 256 + h[3]
    if n > max_len:
        raise ValueError
    return exact(n, False)
