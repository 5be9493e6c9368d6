# misconception: not_last_error
# draws: raise the last OSError itself; a caller's "except OSError" does not catch a group
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    deadline = time.monotonic() + timeout
    errors = []
    for family, kind, proto, _, address in addrinfos:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as error:
            errors.append(error)
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
            sock.close()
            errors.append(error)
    raise ExceptionGroup("all addresses failed", errors)
