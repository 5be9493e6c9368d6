"""Asks for checks of every exercise again and again, with seeds of its own choice.

Earns: 0
"""

import sockets_lab

for seed in range(40):
    try:
        sockets_lab.check(recv_frame, seed=seed)
    except Exception as error:
        print(type(error).__name__)
        break
