# misconception: reuses_failed_socket
# draws: a socket whose connect() failed is spent
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("empty")
    deadline = time.monotonic() + timeout
    last = None
    s = socket.socket(addrinfos[0][0], addrinfos[0][1])
    for *_, address in addrinfos:
        try:
            s.settimeout(max(0.001, deadline - time.monotonic()))
            s.connect(address)
            s.settimeout(None)
            return s
        except OSError as e:
            last = e
    s.close()
    raise last
