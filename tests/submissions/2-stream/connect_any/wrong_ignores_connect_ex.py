# misconception: ignores_connect_ex
# draws: connect_ex() told of the failure, once, and nobody listened
import os
import select
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("empty")
    deadline = time.monotonic() + timeout
    last = None
    for info in addrinfos:
        try:
            s = socket.socket(*info[:3])
        except OSError as e:
            last = e
            continue
        s.setblocking(False)
        s.connect_ex(info[4])
        select.select([], [s], [], max(0, deadline - time.monotonic()))
        error = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if not error:
            s.setblocking(True)
            return s
        s.close()
        last = OSError(error, os.strerror(error))
    raise last
