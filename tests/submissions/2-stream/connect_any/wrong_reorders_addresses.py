# misconception: reorders
# draws: keep the order you were given: the resolver has sorted the addresses already
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    deadline = time.monotonic() + timeout
    # IPv4 is the safe choice, try it first
    addrinfos = sorted(addrinfos, key=lambda info: info[0] != socket.AF_INET)
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
