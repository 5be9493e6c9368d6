import socket
import time


def connect_any(addrinfos, timeout):
    """An address that does not answer may use up its share of what is left, so that the next ones get a chance."""
    if not addrinfos:
        raise ValueError("no addresses")
    deadline = time.monotonic() + timeout
    last = None
    for index, (family, kind, proto, _, address) in enumerate(addrinfos):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for all addresses is over")
        share = left / (len(addrinfos) - index)
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as error:
            last = error
            continue
        try:
            sock.settimeout(share)
            sock.connect(address)
        except OSError as error:
            sock.close()
            last = error
        except BaseException:
            sock.close()
            raise
        else:
            sock.settimeout(None)
            return sock
    raise last
