"""Returns descriptors that are no sockets, or the wrong ones: a folder, a terminal, the referee's own channel.

Earns: 0
"""

import os, socket

from sockets_lab.peers.channel import Channel
from sockets_lab.referee.asking import REFEREE

send = Channel.send
kinds = [os.open("/", os.O_RDONLY), os.openpty()[0], int(os.environ[REFEREE]), os.pidfd_open(os.getpid()), os.pipe()[1]]


def send_other(self, message, fds=(), **options):
    if isinstance(message, dict) and "returned" in message and kinds:
        told = {"$": "socket", "handle": -1, "fd": 0, "closed": False, "timeout": None, "type": "socket"}
        message, fds = {**message, "returned": told}, [kinds.pop()]
    return send(self, message, fds, **options)


Channel.send = send_other
