import struct


class FrameCutShort(EOFError):
    pass


class FrameTooLong(ValueError):
    pass


class FrameReader:
    def __init__(self, sock):
        self.sock = sock

    def exactly(self, n):
        data = bytearray()
        while len(data) < n:
            try:
                chunk = self.sock.recv(n - len(data))
            except ConnectionResetError as error:
                raise FrameCutShort("the peer reset the connection") from error
            if not chunk:
                break
            data += chunk
        return bytes(data)

    def frame(self, max_len):
        header = self.exactly(4)
        if not header:
            return None
        if len(header) < 4:
            raise FrameCutShort(f"{len(header)} bytes of a header")
        (length,) = struct.unpack(">I", header)
        if length > max_len:
            raise FrameTooLong(f"{length} bytes, at most {max_len} allowed")
        body = self.exactly(length)
        if len(body) < length:
            raise FrameCutShort(f"{len(body)} of {length} bytes")
        return body


def recv_frame(sock, max_len):
    return FrameReader(sock).frame(max_len)
