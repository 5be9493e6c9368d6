# misconception: per_address_timeout
# draws: the timeout is for the whole call; here every address gets all of it again
import socket


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    for family, kind, proto, _, address in addrinfos:
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as error:
            last_error = error
            continue
        try:
            sock.settimeout(timeout)
            sock.connect(address)
            sock.settimeout(None)
            return sock
        except OSError as error:
            sock.close()
            last_error = error
    raise last_error
