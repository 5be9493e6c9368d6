import select
import time
from concurrent.futures import ThreadPoolExecutor


def collect(listener, n, deadline, into):
    while len(into) < n:
        left = deadline - time.monotonic()
        if left <= 0:
            return
        ready, _, _ = select.select([listener], [], [], left)
        if ready:
            try:
                into.append(listener.accept())
            except BlockingIOError:
                pass


def accept_n(listener, n, timeout):
    deadline = time.monotonic() + timeout
    before = listener.gettimeout()
    listener.setblocking(False)
    got = []
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            pool.submit(collect, listener, n, deadline, got).result()
    except BaseException:
        for sock, _ in got:
            sock.close()
        raise
    finally:
        listener.settimeout(before)
    return got
