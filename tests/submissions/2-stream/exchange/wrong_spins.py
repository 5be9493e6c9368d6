# misconception: busy_loop
# draws: do not ask recv again and again at full speed: let the kernel wake you, with a timeout or select
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    with socket.create_connection(address, timeout) as sock:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        sock.setblocking(False)
        reply = b""
        while time.monotonic() < deadline:
            try:
                chunk = sock.recv(4096)
            except BlockingIOError:
                continue
            if not chunk:
                return reply
            reply += chunk
        raise TimeoutError("timed out")
