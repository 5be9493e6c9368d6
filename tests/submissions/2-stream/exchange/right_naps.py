import socket
import time


def exchange(address, request, timeout):
    """Try, and sleep a little when it is too early."""
    give_up = time.monotonic() + timeout
    reply = []

    def patiently(call, *args):
        while True:
            if time.monotonic() >= give_up:
                raise TimeoutError("gave up")
            try:
                return call(*args)
            except BlockingIOError:
                time.sleep(0.002)

    with socket.create_connection(address, timeout) as sock:
        sock.setblocking(False)
        while request:
            request = request[patiently(sock.send, request) :]
        sock.shutdown(socket.SHUT_WR)
        while data := patiently(sock.recv, 65536):
            reply.append(data)
    return b"".join(reply)
