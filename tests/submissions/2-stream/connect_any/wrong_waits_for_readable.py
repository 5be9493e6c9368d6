# misconception: waits_for_readable
# draws: connected is writable; readable is only who has something to say
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
        if not select.select([s], [], [], max(0, deadline - time.monotonic()))[0]:
            last = TimeoutError("timed out")
        elif error := s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            last = OSError(error, os.strerror(error))
        else:
            s.setblocking(True)
            return s
        s.close()
    raise last
