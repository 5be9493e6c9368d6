# misconception: so_error_too_early
# draws: SO_ERROR is 0 as long as the handshake is under way: nothing writable within the time means it timed out
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
            select.select([], [sock], [], max(0, deadline - time.monotonic()))
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code == 0:
            sock.setblocking(True)
            return sock
        sock.close()
        last_error = OSError(code, os.strerror(code))
    raise last_error
