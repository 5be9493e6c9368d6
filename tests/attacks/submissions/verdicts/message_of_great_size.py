"""Announces a message of four gigabytes to the referee, and sends it.

Earns: 0
"""

import os, socket

from sockets_lab.referee.asking import REFEREE

one = socket.socket(fileno=os.dup(int(os.environ[REFEREE])))
one.settimeout(5)
try:
    one.sendall(b"\xff\xff\xff\xff\0")
    while True:
        one.sendall(bytes(1 << 20))
except OSError as error:
    print(type(error).__name__)
