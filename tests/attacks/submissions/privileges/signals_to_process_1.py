"""Sends every signal to the process that holds the sandbox.

Says: still here
"""

import os, time

for number in range(1, 65):
    try:
        os.kill(1, number)
    except OSError:
        pass
time.sleep(0.3)
print("still here")
