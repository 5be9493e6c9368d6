"""Floods the referee with requests.

Earns: 0
"""

import os

from sockets_lab.peers.channel import Channel
from sockets_lab.referee.asking import REFEREE

channel = Channel.adopt(os.dup(int(os.environ[REFEREE])))
try:
    for number in range(20_000):
        channel.send({"id": number, "predict": "none", "answer": "a", "words": "x" * 200}, timeout_s=2)
except Exception as error:
    print(type(error).__name__)
