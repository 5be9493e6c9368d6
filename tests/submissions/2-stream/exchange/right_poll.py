import math
import os
import select
import socket
import time


def wait(sock, event, deadline):
    poller = select.poll()
    poller.register(sock, event)
    left = math.ceil((deadline - time.monotonic()) * 1000)
    if left <= 0 or not poller.poll(left):
        raise TimeoutError("timed out")


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        try:
            sock.connect(address)
        except BlockingIOError:
            wait(sock, select.POLLOUT, deadline)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code)) from None
        sent = 0
        while sent < len(request):
            wait(sock, select.POLLOUT, deadline)
            try:
                sent += sock.send(request[sent : sent + 65536])
            except BlockingIOError:
                continue
        sock.shutdown(socket.SHUT_WR)
        buffer = bytearray(16384)
        reply = bytearray()
        while True:
            wait(sock, select.POLLIN, deadline)
            try:
                n = sock.recv_into(buffer)
            except BlockingIOError:
                continue
            if n == 0:
                return bytes(reply)
            reply += buffer[:n]
    finally:
        sock.close()
