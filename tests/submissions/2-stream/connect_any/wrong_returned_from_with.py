# misconception: returned_from_with
# draws: leaving a with block closes the socket, so the caller gets a closed one
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    deadline = time.monotonic() + timeout
    for family, kind, proto, _, address in addrinfos:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        try:
            with socket.socket(family, kind, proto) as sock:
                sock.settimeout(left)
                sock.connect(address)
                sock.settimeout(None)
                return sock
        except OSError as error:
            last_error = error
    raise last_error
