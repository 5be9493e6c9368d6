"""Starts threads that the interpreter waits for at its end, and asks for that end.

Stops: it
"""

import threading, time

for _ in range(5):
    threading.Thread(target=time.sleep, args=(100_000,)).start()
exit()
time.sleep(100_000)
