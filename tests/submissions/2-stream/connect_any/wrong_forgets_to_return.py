# misconception: nothing_returned
# draws: break leaves the loop, and nobody returns the socket
import socket, time


def connect_any(addresses, timeout):
    end = time.monotonic() + timeout
    last = None
    if not addresses:
        raise ValueError("no addresses")
    for family, kind, proto, _, address in addresses:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        sock = None
        try:
            sock = socket.socket(family, kind, proto)
            sock.settimeout(left)
            sock.connect(address)
            sock.settimeout(None)
            break
        except OSError as error:
            if sock:
                sock.close()
            last = error
    else:
        raise last
