# misconception: gives_up_early
# draws: poll() counts in milliseconds, the caller in seconds
import select
import socket
import os
import errno


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("empty")
    last = None
    for info in addrinfos:
        try:
            s = socket.socket(*info[:3])
        except OSError as e:
            last = e
            continue
        s.setblocking(False)
        code = s.connect_ex(info[4])
        if code == errno.EINPROGRESS:
            p = select.poll()
            p.register(s, select.POLLOUT)
            if p.poll(timeout):
                code = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            else:
                code = errno.ETIMEDOUT
        if code == 0:
            s.setblocking(True)
            return s
        s.close()
        last = OSError(code, os.strerror(code))
    raise last
