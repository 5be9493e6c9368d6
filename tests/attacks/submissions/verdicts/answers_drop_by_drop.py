"""Answers a call so slowly that the trial waits for ever.

Earns: 0
Cell: 2
"""

import os, struct, time

from sockets_lab.peers.channel import Channel

send = Channel.send


def send_slowly(self, message, fds=(), **options):
    if "returned" in message:
        for byte in struct.pack(">IB", 1000, 0) + bytes(1000):
            self._sock.send(bytes([byte]))
            time.sleep(0.5)
    return send(self, message, fds, **options)


Channel.send = send_slowly
