"""Starts threads without end.

Says: RuntimeError
"""

import threading, time

try:
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
except RuntimeError as error:
    time.sleep(0.3)
    print(type(error).__name__)
