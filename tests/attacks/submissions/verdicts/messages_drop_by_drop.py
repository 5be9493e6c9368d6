"""Speaks to the referee so slowly that it waits for nothing else.

Earns: 0
"""

import os, socket, threading, time

from sockets_lab.referee.asking import REFEREE

one = socket.socket(fileno=os.dup(int(os.environ[REFEREE])))


def drip():
    try:
        for byte in b"\0\0\1\0\0" + bytes(300):
            one.send(bytes([byte]))
            time.sleep(0.1)
    except OSError:
        pass


threading.Thread(target=drip, daemon=True).start()
