import os
import socket
import time


def _take(sock, taken):
    try:
        return sock.accept()
    except (TimeoutError, BlockingIOError):
        raise
    except OSError:
        for entry in taken:
            (entry[0] if isinstance(entry, tuple) else entry).close()
        raise


def accept_n(listener, n, timeout):
    blocking = os.get_blocking(listener.fileno())
    deadline = time.monotonic() + timeout
    out = []
    try:
        with listener.dup() as mine:
            while len(out) < n and (left := deadline - time.monotonic()) > 0:
                mine.settimeout(left)
                try:
                    conn, address = _take(mine, out)
                except socket.timeout:
                    break
                conn.settimeout(None)
                out.append((conn, address))
    finally:
        os.set_blocking(listener.fileno(), blocking)
    return out
