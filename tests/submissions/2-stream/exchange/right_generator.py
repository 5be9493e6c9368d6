import socket
import time


def clock(timeout):
    """Yields how many seconds are left, until none are."""
    end = time.monotonic() + timeout
    while (left := end - time.monotonic()) > 0:
        yield left


def chunks(sock, times):
    for seconds in times:
        sock.settimeout(seconds)
        chunk = sock.recv(2048)
        if not chunk:
            return
        yield chunk
    raise TimeoutError("the time for the reply is over")


def exchange(address, request, timeout):
    times = clock(timeout)
    sock = socket.create_connection(address, next(times, 0.001))
    try:
        sock.settimeout(next(times, 0.001))
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        return b"".join(chunks(sock, times))
    finally:
        sock.close()
