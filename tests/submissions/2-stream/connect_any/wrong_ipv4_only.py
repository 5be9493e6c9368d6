# misconception: ignores_family
# draws: each entry says its own family; an IPv6 address needs an AF_INET6 socket
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    deadline = time.monotonic() + timeout
    for info in addrinfos:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.settimeout(left)
            sock.connect(info[4][:2])
            sock.settimeout(None)
            return sock
        except OSError as error:
            sock.close()
            last_error = error
    raise last_error
