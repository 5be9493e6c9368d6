"""Starts processes that start processes.

Says: EAGAIN
Reached: processes
"""

import os, time

first = os.getpid()
while True:
    try:
        os.fork()
    except OSError as error:
        if os.getpid() != first:
            time.sleep(60)
            os._exit(0)
        import errno
        time.sleep(0.3)
        print(errno.errorcode[error.errno])
        break
