"""Stops the clocks by which deadlines are counted, and hangs.

Earns: 0
Cell: 2
"""

import signal, time

from sockets_lab.referee import deadline

time.monotonic = time.time = time.perf_counter = lambda: 0.0
deadline.Deadline.__enter__ = lambda self: self
deadline.Deadline.__exit__ = lambda self, *_: None


def recv_frame(sock, max_len):
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass
