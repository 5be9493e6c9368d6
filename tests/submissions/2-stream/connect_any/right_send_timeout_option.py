import errno
import socket
import struct
import time


def timeval(seconds):
    whole = int(seconds)
    return struct.pack("@ll", whole, int((seconds - whole) * 1_000_000))


def connect_any(addrinfos, timeout):
    """SO_SNDTIMEO bounds a blocking connect, says socket(7)."""
    if not addrinfos:
        raise ValueError("no addresses")
    stop = time.monotonic() + timeout
    error = None
    for family, kind, proto, _, sockaddr in addrinfos:
        left = stop - time.monotonic()
        if left < 0.000001:  # 0 would mean: wait for ever
            raise TimeoutError("timed out")
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as e:
            error = e
            continue
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval(left))
            sock.connect(sockaddr)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval(0))
            return sock
        except OSError as e:
            sock.close()
            error = TimeoutError("timed out") if e.errno == errno.EINPROGRESS else e
    raise error
