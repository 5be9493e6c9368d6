# misconception: swallows_errors
# draws: when all fail, raise the last OSError; None is not a socket
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
        except OSError as error:
            print(address, "failed:", error)
            sock.close()
    return None
