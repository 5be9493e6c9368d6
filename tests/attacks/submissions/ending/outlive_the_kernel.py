"""Forks twice, leads a session of its own, hears no signal, and waits for the kernel to end.

Ends: 0
"""

import os, signal, time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        while True:
            time.sleep(1000)
    os._exit(0)
os._exit(0)
