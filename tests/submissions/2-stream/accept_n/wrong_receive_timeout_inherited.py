# misconception: accepted_not_blocking
# draws: SO_RCVTIMEO of the listener is handed down to whoever connects meanwhile
import socket
import struct
import time


def accept_n(listener, n, timeout):
    option = (socket.SOL_SOCKET, socket.SO_RCVTIMEO)
    python_before = listener.gettimeout()
    listener.settimeout(None)
    deadline = time.monotonic() + timeout
    out = []
    try:
        while len(out) < n:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            micros = max(1, int(left * 1e6))
            listener.setsockopt(*option, struct.pack("@ll", micros // 10**6, micros % 10**6))
            try:
                out.append(listener.accept())
            except BlockingIOError:
                break
    except BaseException:
        for conn, _ in out:
            conn.close()
        raise
    finally:
        listener.setsockopt(*option, bytes(16))
        listener.settimeout(python_before)
    return out
