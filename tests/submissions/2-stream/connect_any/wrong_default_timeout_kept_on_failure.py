# misconception: sets_default_timeout
# draws: put back on success only: when all fail, the default timeout of all sockets is changed
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("empty")
    before = socket.getdefaulttimeout()
    deadline = time.monotonic() + timeout
    last = None
    for family, kind, proto, _, address in addrinfos:
        s = None
        try:
            socket.setdefaulttimeout(max(0.001, deadline - time.monotonic()))
            s = socket.socket(family, kind, proto)
            s.connect(address)
            s.settimeout(None)
            socket.setdefaulttimeout(before)
            return s
        except OSError as e:
            last = e
            s and s.close()
    raise last
