"""Answers the referee's calls with everything but an answer.

Earns: 0
"""

from sockets_lab.peers.channel import Channel

send = Channel.send
ODD = [None, [], "returned", 2**63, {"returned": {"$": "socket"}}, {"returned": {"$": "int", "hex": "f" * 10**6}},
       {"raised": {"names": "x"}}, {"hung": []}, {"calls": {}, "returned": 0}, b"\0" * 100, float("nan")]


def send_odd(self, message, fds=(), **options):
    if isinstance(message, dict) and ("returned" in message or "raised" in message):
        message = ODD.pop() if ODD else None
    return send(self, message, fds, **options)


Channel.send = send_odd
