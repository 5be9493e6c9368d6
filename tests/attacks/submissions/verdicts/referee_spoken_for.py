"""Speaks on the way to the referee as if it were the referee, and the grader.

Earns: 0
"""

import os, threading, time

from sockets_lab.peers.channel import Channel
from sockets_lab.referee.asking import REFEREE

perfect = {"exercise": "stream.recv_frame", "points": 5.0, "max_points": 5.0, "seed": 1, "verdicts": [], "why": ""}
channel = Channel.adopt(os.dup(int(os.environ[REFEREE])))
for message in ({"findings": perfect}, {"begin": "recv_frame"}, {"end": True}, {"findings": perfect, "none": "", "fault": ""}):
    try:
        channel.send({"id": 1, **message})
    except Exception:
        pass
