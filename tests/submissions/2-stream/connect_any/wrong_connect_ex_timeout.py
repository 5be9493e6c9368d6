# misconception: hides_timeout
# draws: when its timeout is over connect_ex returns EAGAIN; that is a TimeoutError, not a BlockingIOError
import os
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    deadline = time.monotonic() + timeout
    for family, kind, proto, _, address in addrinfos:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as error:
            last_error = error
            continue
        sock.settimeout(left)
        code = sock.connect_ex(address)
        if code == 0:
            sock.settimeout(None)
            return sock
        sock.close()
        last_error = OSError(code, os.strerror(code))
    raise last_error
