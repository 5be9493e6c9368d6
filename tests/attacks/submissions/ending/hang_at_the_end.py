"""Hangs when it is asked to end.

Stops: it
"""

import atexit, signal, time


def never(*_):
    while True:
        time.sleep(1000)


atexit.register(never)
signal.signal(signal.SIGTERM, never)
signal.signal(signal.SIGINT, never)
exit()
never()
