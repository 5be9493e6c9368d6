"""Sends the referee as many descriptors as a message can carry, with every message.

Earns: 0
"""

import os, socket, struct

from sockets_lab.peers.channel import Channel
from sockets_lab.referee.asking import REFEREE

send = Channel.send
null = os.open("/dev/null", os.O_RDONLY)


def send_with_many(self, message, fds=(), **options):
    return send(self, message, [*fds, *[null] * (128 - len(fds))], **options)


Channel.send = send_with_many
one = socket.socket(fileno=os.dup(int(os.environ[REFEREE])))
for _ in range(20):
    try:
        socket.send_fds(one, [b"\0\0\0\0\0"], [null] * 250)
    except OSError as error:
        print(error)
        break
