# misconception: leaks_losers
# draws: every socket that did not connect is still open when you return: close each of them
import socket
import time

attempts = []


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
            attempts.append(sock)
            sock.settimeout(left)
            sock.connect(address)
            sock.settimeout(None)
            attempts.remove(sock)
            return sock
        except OSError as error:
            errors.append(error)
    raise errors[-1]
