import errno
import os
import select
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("empty")
    deadline = time.monotonic() + timeout
    last = None
    for family, kind, proto, _, address in addrinfos:
        s = None
        try:
            s = socket.socket(family, kind, proto)
            s.setblocking(False)
            if code := s.connect_ex(address):
                if code != errno.EINPROGRESS:
                    raise OSError(code, os.strerror(code))
                if not select.select([], [s], [], max(0, deadline - time.monotonic()))[1]:
                    raise TimeoutError("timed out")
                try:
                    s.getpeername()
                except OSError as e:
                    if e.errno != errno.ENOTCONN:
                        raise
                    s.recv(1)
                    raise
            s.setblocking(True)
            return s
        except OSError as e:
            last = e
            s and s.close()
    raise last
