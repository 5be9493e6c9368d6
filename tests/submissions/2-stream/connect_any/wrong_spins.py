# misconception: busy_loop
# draws: do not call connect again and again at full speed: wait until the socket is writable
import errno
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
        while code in (errno.EINPROGRESS, errno.EALREADY) and time.monotonic() < deadline:
            code = sock.connect_ex(address)
        if code in (0, errno.EISCONN):
            sock.setblocking(True)
            return sock
        sock.close()
        if code in (errno.EINPROGRESS, errno.EALREADY):
            code = errno.ETIMEDOUT
        last_error = OSError(code, os.strerror(code))
    raise last_error
