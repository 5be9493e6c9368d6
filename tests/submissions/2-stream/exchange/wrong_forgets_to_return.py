# misconception: nothing_returned
# draws: the reply was read whole, and never returned
import socket, time


def exchange(address, request, timeout):
    end = time.monotonic() + timeout
    reply = b""
    with socket.create_connection(address, timeout) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        while True:
            sock.settimeout(max(end - time.monotonic(), 0.001))
            chunk = sock.recv(4096)
            if not chunk:
                break
            reply += chunk
