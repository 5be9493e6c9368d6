# misconception: tries_all_at_once
# draws: one address after the other: the second server must not see you while the first one may still answer
import errno
import os
import select
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    deadline = time.monotonic() + timeout
    waiting = []
    codes = []
    for family, kind, proto, _, address in addrinfos:
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as error:
            codes.append(error.errno)
            continue
        sock.setblocking(False)
        code = sock.connect_ex(address)
        if code in (0, errno.EINPROGRESS):
            waiting.append(sock)
        else:
            sock.close()
            codes.append(code)
    winner = None
    while waiting and winner is None:
        left = deadline - time.monotonic()
        _, writable, _ = select.select([], waiting, [], max(0, left))
        if not writable:
            for sock in waiting:
                sock.close()
            raise TimeoutError("timed out")
        for sock in writable:
            waiting.remove(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0:
                winner = sock
                break
            sock.close()
            codes.append(code)
    for sock in waiting:
        sock.close()
    if winner is None:
        raise OSError(codes[-1], os.strerror(codes[-1]))
    winner.setblocking(True)
    return winner
