import math
import os
import select
import socket
import time


class Deadline:
    def __init__(self, seconds):
        self.at = time.monotonic() + seconds

    @property
    def left(self):
        return self.at - time.monotonic()

    def check(self):
        if self.left <= 0:
            raise TimeoutError("timed out")


class Connector:
    def __init__(self, timeout):
        self.deadline = Deadline(timeout)

    def connect(self, family, type, proto, canonname, sockaddr):
        sock = socket.socket(family, type, proto)
        try:
            self.handshake(sock, sockaddr)
        except BaseException:
            sock.close()
            raise
        sock.settimeout(None)
        return sock

    def handshake(self, sock, sockaddr):
        sock.setblocking(False)
        try:
            sock.connect(sockaddr)
        except BlockingIOError:
            poller = select.poll()
            poller.register(sock, select.POLLOUT)
            if not poller.poll(max(0, math.ceil(self.deadline.left * 1000))):
                raise TimeoutError("timed out") from None
            error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                raise OSError(error, os.strerror(error)) from None

    def first_of(self, addrinfos):
        error = ValueError("no addresses")
        for info in addrinfos:
            self.deadline.check()
            try:
                return self.connect(*info)
            except OSError as e:
                error = e
        raise error


def connect_any(addrinfos, timeout):
    return Connector(timeout).first_of(addrinfos)
