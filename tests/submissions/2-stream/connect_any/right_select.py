import errno
import os
import select
import socket
from time import monotonic


def connect_one(info, deadline):
    sock = socket.socket(*info[:3])
    try:
        sock.setblocking(False)
        code = sock.connect_ex(info[4])
        if code == errno.EINPROGRESS:
            remaining = deadline - monotonic()
            _, writable, _ = select.select([], [sock], [], max(remaining, 0))
            if not writable:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code != 0:
            raise OSError(code, os.strerror(code))
        sock.setblocking(True)
        return sock
    except BaseException:
        sock.close()
        raise


def connect_any(addrinfos, timeout):
    if len(addrinfos) == 0:
        raise ValueError("connect_any needs at least one address")
    deadline = monotonic() + timeout
    for info in addrinfos:
        try:
            return connect_one(info, deadline)
        except OSError as error:
            failure = error
            if monotonic() >= deadline:
                break
    if monotonic() >= deadline and not isinstance(failure, TimeoutError):
        raise TimeoutError("time is up") from failure
    raise failure
