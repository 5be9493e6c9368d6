import math
import select
import socket


def send_all(sock, data):
    limit = sock.gettimeout()
    limit_ms = math.ceil(limit * 1000) if limit else None
    poller = select.poll()
    poller.register(sock, select.POLLOUT)
    rest = memoryview(data)
    while len(rest) > 0:
        if not poller.poll(limit_ms):
            raise TimeoutError("timed out")
        # MSG_DONTWAIT: take what fits now. If select was too hopeful, ask again.
        try:
            n = sock.send(rest, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError:
            continue
        rest = rest[n:]
