import math
import select
from time import monotonic


def accept_n(listener, n, timeout):
    poller = select.poll()
    poller.register(listener.fileno(), select.POLLIN)
    stop = monotonic() + timeout
    before = listener.gettimeout()
    got = []
    listener.settimeout(0)
    try:
        for _ in range(n):
            while True:
                ms = math.ceil((stop - monotonic()) * 1000)
                if ms <= 0 or not poller.poll(ms):
                    return got
                try:
                    conn, peer = listener.accept()
                    break
                except BlockingIOError:
                    pass
            conn.setblocking(True)
            got.append((conn, peer))
        return got
    except:
        for conn, _ in got:
            conn.close()
        raise
    finally:
        listener.settimeout(before)
