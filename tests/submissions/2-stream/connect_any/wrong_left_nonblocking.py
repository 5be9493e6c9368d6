# misconception: left_non_blocking
# draws: give the socket back blocking: setblocking(False) was for the handshake only
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
        if code == errno.EINPROGRESS:
            _, writable, _ = select.select([], [sock], [], max(0, deadline - time.monotonic()))
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if writable else errno.ETIMEDOUT
        if code == 0:
            return sock
        sock.close()
        last_error = OSError(code, os.strerror(code))
    raise last_error
