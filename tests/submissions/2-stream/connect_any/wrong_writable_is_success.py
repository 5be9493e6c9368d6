# misconception: writable_means_success
# draws: a refused socket becomes writable too; ask SO_ERROR how the handshake ended
import errno
import os
import select
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
        if code in (0, errno.EINPROGRESS):
            _, writable, _ = select.select([], [sock], [], max(0, deadline - time.monotonic()))
            if writable:
                sock.setblocking(True)
                return sock
            code = errno.ETIMEDOUT
        sock.close()
        last_error = OSError(code, os.strerror(code))
    raise last_error
