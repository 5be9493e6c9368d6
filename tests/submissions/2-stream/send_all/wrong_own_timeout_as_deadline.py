# misconception: own_deadline
# draws: the socket's own timeout is for each send: as long as bytes go out, do not give up
import time


def send_all(sock, data):
    timeout = sock.gettimeout()
    start = time.monotonic()
    while data:
        sent = sock.send(data)
        data = data[sent:]
        if timeout and data and time.monotonic() - start > timeout:
            raise TimeoutError("timed out")
