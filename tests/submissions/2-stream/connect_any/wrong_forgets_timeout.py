# misconception: waits_for_ever
# draws: without a timeout connect waits for minutes on an address that does not answer
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
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            last_error = error
    raise last_error
