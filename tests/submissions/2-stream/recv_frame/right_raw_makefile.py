def recv_frame(sock, max_len):
    # buffering=0: a buffered file would read ahead, into the next frame
    with sock.makefile("rb", buffering=0) as file:

        def read(n):
            data = bytearray()
            while len(data) < n:
                piece = file.read(n - len(data))
                if piece is None:
                    raise BlockingIOError("nothing there yet")
                if piece == b"":
                    break
                data.extend(piece)
            return bytes(data)

        header = read(4)
        if len(header) == 0:
            return None
        if len(header) < 4:
            raise EOFError("end of stream in the header")
        length = int.from_bytes(header, byteorder="big", signed=False)
        if length > max_len:
            raise ValueError(f"{length} > {max_len}")
        body = read(length)
        if len(body) < length:
            raise EOFError("end of stream in the body")
        return body
