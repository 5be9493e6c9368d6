# misconception: first_only
# draws: one name has many addresses: when the first fails, go on to the next
import socket


def connect_any(addrinfos, timeout):
    if not addrinfos:
        raise ValueError("no addresses")
    family, kind, proto, _, address = addrinfos[0]
    sock = socket.socket(family, kind, proto)
    try:
        sock.settimeout(timeout)
        sock.connect(address)
    except OSError:
        sock.close()
        raise
    sock.settimeout(None)
    return sock
