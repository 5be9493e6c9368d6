# misconception: open_makefile
# draws: while the file of makefile() is open, closing the socket sends no FIN: shut down the sending side instead
import socket
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    sock = socket.create_connection(address, timeout)
    with sock.makefile("rwb") as stream:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        stream.write(request)
        stream.flush()
        sock.close()  # I have sent all; the reply comes through the file
        reply = b""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            sock.settimeout(left)
            chunk = stream.read1(4096)
            if not chunk:
                return reply
            reply += chunk
