import socket
import time


def connect_any(addrinfos, timeout):
    deadline = time.monotonic() + timeout
    last_error = None
    for family, kind, proto, _, address in addrinfos:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no address answered in time")
        sock = None
        try:
            sock = socket.socket(family, kind, proto)
            sock.settimeout(left)
            sock.connect(address)
            sock.settimeout(None)
            return sock
        except OSError as error:
            last_error = error
            if sock is not None:
                sock.close()
    if last_error is None:
        raise ValueError("no addresses given")
    raise last_error
