# misconception: leaks_losers
# draws: a socket whose connect failed is still open: close it before you try the next address
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    deadline = time.monotonic() + timeout
    last_error = None
    for family, kind, proto, _, address in addrinfos:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        try:
            sock = socket.socket(family, kind, proto)
            sock.settimeout(left)
            sock.connect(address)
            sock.settimeout(None)
            return sock
        except OSError as error:
            last_error = error
    raise last_error
