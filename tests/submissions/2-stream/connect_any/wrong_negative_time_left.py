# misconception: hides_timeout
# draws: what is left of the time may be below 0, which settimeout() refuses
import socket
import time


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("empty")
    deadline = time.monotonic() + timeout
    last = None
    for family, kind, proto, _, address in addrinfos:
        s = None
        try:
            s = socket.socket(family, kind, proto)
            s.settimeout(deadline - time.monotonic())
            s.connect(address)
            s.settimeout(None)
            return s
        except OSError as e:
            last = e
            s and s.close()
        except BaseException:
            s and s.close()
            raise
    raise last
