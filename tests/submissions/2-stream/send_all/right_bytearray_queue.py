class SendBuffer:
    def __init__(self, data):
        self.waiting = bytearray(data)

    def __bool__(self):
        return len(self.waiting) > 0

    def flush_some(self, sock):
        n = sock.send(self.waiting)
        del self.waiting[:n]


def send_all(sock, data):
    buffer = SendBuffer(data)
    while buffer:
        buffer.flush_some(sock)
