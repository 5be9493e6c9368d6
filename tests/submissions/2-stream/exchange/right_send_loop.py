import socket
from time import monotonic


def exchange(address, request, timeout):
    end = monotonic() + timeout
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect(address)
        rest = memoryview(request)
        while rest:
            remaining = end - monotonic()
            if remaining <= 0:
                raise TimeoutError("while sending")
            sock.settimeout(remaining)
            rest = rest[sock.send(rest) :]
        sock.shutdown(socket.SHUT_WR)
        chunks = []
        chunk = True
        while chunk:
            remaining = end - monotonic()
            if remaining <= 0:
                raise TimeoutError("while reading")
            sock.settimeout(remaining)
            chunk = sock.recv(4096)
            chunks.append(chunk)
    finally:
        sock.close()
    return b"".join(chunks)
