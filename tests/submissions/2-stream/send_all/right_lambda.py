from collections import deque


def remainders(sock, data):
    while data:
        data = data[sock.send(data[:65536]) :]
        yield data


send_all = lambda sock, data: deque(remainders(sock, data), maxlen=0).clear()
