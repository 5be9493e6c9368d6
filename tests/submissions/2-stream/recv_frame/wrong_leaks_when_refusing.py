# misconception: frame_left_open
# draws: the duplicate is closed on every way out but one
files = []


def recv_frame(sock, max_len):
    copy = sock.dup()
    files.append(copy)

    def exact(n, first):
        d = b""
        while len(d) < n:
            c = copy.recv(n - len(d))
            if not c:
                copy.close()
                if first and not d:
                    return None
                raise EOFError
            d += c
        return d

    h = exact(4, True)
    if h is None:
        return None
    n = int.from_bytes(h, "big")
    if n > max_len:
        raise ValueError
    frame = exact(n, False)
    copy.close()
    return frame
