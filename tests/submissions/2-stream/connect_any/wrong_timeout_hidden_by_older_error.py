# misconception: hides_timeout
# draws: when the time is over raise TimeoutError, not the error of an address that was tried before
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    deadline = time.monotonic() + timeout
    last_error = TimeoutError("timed out")
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
        try:
            sock.connect(address)
        except TimeoutError:
            sock.close()
        except OSError as error:
            sock.close()
            last_error = error
        else:
            sock.settimeout(None)
            return sock
    raise last_error
