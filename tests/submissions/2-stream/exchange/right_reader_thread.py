import socket
import threading
import time


def exchange(address, request, timeout):
    """A thread sends, this one reads; the thread is gone when the function is."""
    deadline = time.monotonic() + timeout
    send_errors = []

    def send_request(sock):
        try:
            sent = 0
            while sent < len(request):
                sent += sock.send(request[sent:])
            sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            send_errors.append(error)

    sock = socket.create_connection(address, timeout=timeout)
    sender = threading.Thread(target=send_request, args=(sock,))
    try:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        sender.start()
        reply = bytearray()
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            sock.settimeout(left)
            data = sock.recv(65536)
            if not data:
                break
            reply += data
        sender.join(max(deadline - time.monotonic(), 0))
        if sender.is_alive():
            raise TimeoutError("the server takes too long to read")
    except BaseException:
        try:
            sock.shutdown(socket.SHUT_RDWR)  # wakes the sender
        except OSError:
            pass
        raise
    finally:
        if sender.ident is not None:
            sender.join()
        sock.close()
    if send_errors:
        raise send_errors[0]
    return bytes(reply)
