import socket
import struct
import time


def _tv(seconds):
    us = max(1, int(seconds * 1e6))
    return struct.pack("@ll", us // 10**6, us % 10**6)


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s:

        def limit(option):
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            s.setsockopt(socket.SOL_SOCKET, option, _tv(left))

        try:
            limit(socket.SO_SNDTIMEO)
            s.connect(address)
            view = memoryview(request)
            while view:
                limit(socket.SO_SNDTIMEO)
                view = view[s.send(view) :]
            s.shutdown(socket.SHUT_WR)
            reply = b""
            while True:
                limit(socket.SO_RCVTIMEO)
                data = s.recv(65536)
                if not data:
                    return reply
                reply += data
        except BlockingIOError as e:
            raise TimeoutError("timed out") from e
