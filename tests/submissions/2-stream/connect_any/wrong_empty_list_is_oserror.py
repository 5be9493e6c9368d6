# misconception: empty_list
# draws: an empty list is the caller's mistake, ValueError, not an error of the network
import socket
import time


def connect_any(addrinfos, timeout):
    deadline = time.monotonic() + timeout
    last_error = OSError("no address could be reached")
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
    raise last_error
