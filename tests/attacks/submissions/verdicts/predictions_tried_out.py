"""Hands in every answer to a prediction, to see which one is right, and to have one of them count.

Earns: 0
"""

from sockets_lab.referee.asking import referee_outside

for answer in ("a", "b", "c", 1, 2, 3):
    referee_outside().hand_in("recv_count", answer, "one of them")
print(recv_count)
