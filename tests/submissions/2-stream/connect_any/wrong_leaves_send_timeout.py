# misconception: left_non_blocking
# draws: SO_SNDTIMEO is a timeout as well, and stays on the socket
import socket
import struct
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("empty")
    deadline = time.monotonic() + timeout
    last = None
    for info in addrinfos:
        left = max(0.001, deadline - time.monotonic())
        try:
            s = socket.socket(*info[:3])
        except OSError as e:
            last = e
            continue
        try:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", int(left), int(left % 1 * 1e6)))
            s.connect(info[4])
            return s
        except BlockingIOError:
            s.close()
            last = TimeoutError("timed out")
        except OSError as e:
            s.close()
            last = e
    raise last
