import select
import socket
import threading


def exchange(address, request, timeout):
    rang, ring = socket.socketpair()
    timer = threading.Timer(timeout, ring.send, (b"x",))
    timer.start()
    sock = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    try:
        sock.setblocking(False)

        def wait(reading, writing):
            r, w, _ = select.select([rang, *reading], writing, [])
            if rang in r:
                raise TimeoutError("the bell rang")

        try:
            sock.connect(address)
        except BlockingIOError:
            wait([], [sock])
        sock.getpeername() if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) else sock.connect(address)
        rest = request
        while rest:
            wait([], [sock])
            try:
                rest = rest[sock.send(rest) :]
            except BlockingIOError:
                continue
        sock.shutdown(socket.SHUT_WR)
        reply = []
        while True:
            wait([sock], [])
            try:
                reply.append(sock.recv(65536))
            except BlockingIOError:
                continue
            if not reply[-1]:
                return b"".join(reply)
    finally:
        timer.cancel()
        timer.join()
        for s in (sock, ring, rang):
            s.close()
