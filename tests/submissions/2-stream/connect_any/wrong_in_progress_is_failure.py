# misconception: in_progress_is_failure
# draws: EINPROGRESS is no failure: the handshake has begun; wait until the socket is writable
import os
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    deadline = time.monotonic() + timeout
    for family, kind, proto, _, address in addrinfos:
        if time.monotonic() >= deadline:
            raise TimeoutError("timed out")
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as error:
            last_error = error
            continue
        sock.setblocking(False)
        code = sock.connect_ex(address)
        if code == 0:
            sock.setblocking(True)
            return sock
        sock.close()
        last_error = OSError(code, os.strerror(code))
    raise last_error
