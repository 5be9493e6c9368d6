import selectors
import socket
import time


def attempts(addrinfos, deadline):
    """For each address in turn: (socket, None) or (None, error)."""
    for family, kind, proto, _, address in addrinfos:
        left = deadline - time.monotonic()
        if left <= 0:
            yield None, TimeoutError("deadline")
            return
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as error:
            yield None, error
            continue
        error = handshake(sock, address, left)
        if error is None:
            yield sock, None
        else:
            sock.close()
            yield None, error


def handshake(sock, address, seconds):
    sock.setblocking(False)
    try:
        sock.connect(address)
    except BlockingIOError:
        pass
    except OSError as error:
        return error
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        if not selector.select(seconds):
            return TimeoutError("timed out")
    try:
        sock.getpeername()
    except OSError:
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return OSError(code, "could not connect")
    sock.setblocking(True)
    return None


def connect_any(addrinfos, timeout):
    last = ValueError("connect_any: empty list")
    for sock, error in attempts(addrinfos, time.monotonic() + timeout):
        if sock is not None:
            return sock
        last = error
    raise last
