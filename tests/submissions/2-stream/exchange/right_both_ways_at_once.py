import selectors
import socket
import time


def would_block_is(value, call, *args):
    try:
        return call(*args)
    except BlockingIOError:
        return value


def no_longer(selector, sock, event):
    events = selector.get_key(sock).events & ~event
    if events:
        selector.modify(sock, events)
    else:
        selector.unregister(sock)


def exchange(address, request, timeout):
    """Sends and reads as the socket allows: a server that answers while we still send cannot block us."""
    deadline = time.monotonic() + timeout
    with socket.socket() as sock, selectors.DefaultSelector() as selector:
        sock.settimeout(timeout)
        sock.connect(address)
        sock.setblocking(False)
        to_send = memoryview(request)
        reply = bytearray()
        selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("exchange timed out")
            for _key, events in selector.select(left):
                if events & selectors.EVENT_WRITE:
                    if to_send:
                        to_send = to_send[would_block_is(0, sock.send, to_send) :]
                    else:
                        sock.shutdown(socket.SHUT_WR)
                        no_longer(selector, sock, selectors.EVENT_WRITE)
                if events & selectors.EVENT_READ:
                    data = would_block_is(None, sock.recv, 65536)
                    if data:
                        reply += data
                    elif data is not None:
                        no_longer(selector, sock, selectors.EVENT_READ)
        return bytes(reply)
