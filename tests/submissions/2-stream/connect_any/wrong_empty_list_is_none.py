# misconception: empty_list
# draws: with no addresses at all raise ValueError; None is not a socket
import socket
import time


def connect_any(addrinfos, timeout):
    deadline = time.monotonic() + timeout
    last_error = None
    for family, kind, proto, _, address in addrinfos:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as error:
            last_error = error
            continue
        try:
            sock.settimeout(left)
            sock.connect(address)
            sock.settimeout(None)
            return sock
        except OSError as error:
            sock.close()
            last_error = error
    if last_error:
        raise last_error
