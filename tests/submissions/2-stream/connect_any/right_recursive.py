import socket
import time


def attempt(info, seconds):
    sock = socket.socket(info[0], info[1], info[2])
    try:
        sock.settimeout(seconds)
        sock.connect(info[-1])
    except OSError:
        sock.close()
        raise
    sock.setblocking(True)
    return sock


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("empty list of addresses")
    if timeout <= 0:
        raise TimeoutError("timed out")
    head, *tail = addrinfos
    started = time.monotonic()
    try:
        return attempt(head, timeout)
    except OSError:
        if not tail:
            raise
    return connect_any(tail, timeout - (time.monotonic() - started))
