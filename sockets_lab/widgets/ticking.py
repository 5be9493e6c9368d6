"""A thread that looks again and again, for views that follow what happens by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable

TICK_S = 0.1


class Ticking:
    """Calls ``tick`` ten times a second until it says False, or ``stop()``, or the kernel's end.

    Resources:
        one daemon thread.
    """

    def __init__(self, tick: Callable[[], bool], name: str) -> None:
        self._tick = tick
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Return when it has ended; a second call does nothing."""
        self._stopped.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(TICK_S):
            try:
                if not self._tick():
                    return
            except OSError:  # out of descriptors, for example: the next look may succeed
                continue
