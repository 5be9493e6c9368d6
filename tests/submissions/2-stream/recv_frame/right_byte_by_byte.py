def next_byte(sock):
    byte = sock.recv(1)
    if byte == b"":
        raise EOFError("the stream ended in the middle of a frame")
    return byte


def recv_frame(sock, max_len):
    first = sock.recv(1)
    if first == b"":
        return None
    header = first + next_byte(sock) + next_byte(sock) + next_byte(sock)
    length = header[0] << 24 | header[1] << 16 | header[2] << 8 | header[3]
    if length > max_len:
        raise ValueError("this frame is longer than max_len")
    return b"".join(next_byte(sock) for _ in range(length))
