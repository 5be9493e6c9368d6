# misconception: not_last_error
# draws: when all fail, let the last OSError itself out, with its errno
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
            sock = socket.socket(family, kind, proto)
        except OSError:
            continue
        try:
            sock.settimeout(left)
            sock.connect(address)
            sock.settimeout(None)
            return sock
        except TimeoutError:
            sock.close()
            raise
        except OSError:
            sock.close()
    raise ConnectionError("could not connect to any address")
