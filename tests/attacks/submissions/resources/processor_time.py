"""Computes in many processes, and catches every exception.

Ends: cpu_s
Limits: cpu_s=1.0
"""

import os

for _ in range(3):
    if os.fork() == 0:
        break
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
