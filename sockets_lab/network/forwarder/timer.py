"""A timer to poll, exact to microseconds, where poll's own counts milliseconds. Source: timerfd_create(2)."""

from __future__ import annotations

import ctypes
import os
import struct

_CLOCK_MONOTONIC, _ABSOLUTE = 1, 1


class Timer:
    """Readable from a moment on.

    Attributes:
        fd: for poll.
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.fd: int = self._libc.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._set_to = 0

    def set(self, at_ns: int) -> None:
        """Become readable at ``at_ns`` on the monotonic clock; 0: never."""
        if at_ns != self._set_to:
            self._set_to = at_ns
            value = struct.pack("@llll", 0, 0, *divmod(at_ns, 1_000_000_000))
            self._libc.timerfd_settime(self.fd, _ABSOLUTE, value, None)

    def passed(self) -> None:
        """Its moment has come: the next one is set anew."""
        self._set_to = -1
