# misconception: stops_at_other_errors
# draws: an address can fail in other ways than refused, unreachable for one: catch OSError
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
        except OSError as error:
            last_error = error
            continue
        try:
            sock.settimeout(left)
            sock.connect(address)
            sock.settimeout(None)
            return sock
        except ConnectionRefusedError as error:
            sock.close()
            last_error = error
        except BaseException:
            sock.close()
            raise
    raise last_error
