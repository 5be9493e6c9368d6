import selectors
import socket
import threading


def _take(sock, taken):
    try:
        return sock.accept()
    except (TimeoutError, BlockingIOError):
        raise
    except OSError:
        for entry in taken:
            (entry[0] if isinstance(entry, tuple) else entry).close()
        raise


def accept_n(listener, n, timeout):
    wake_me, waker = socket.socketpair()
    timer = threading.Timer(timeout, waker.send, (b"!",))
    timer.start()
    result = []
    try:
        with selectors.DefaultSelector() as sel:
            sel.register(listener, selectors.EVENT_READ)
            sel.register(wake_me, selectors.EVENT_READ)
            while len(result) < n:
                ready = {key.fileobj for key, _ in sel.select()}
                if listener in ready:
                    result.append(_take(listener, result))
                elif wake_me in ready:
                    break
    finally:
        timer.cancel()
        timer.join()
        wake_me.close()
        waker.close()
    return result
