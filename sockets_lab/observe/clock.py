"""One clock for packets, calls and states.

The kernel stamps packets by CLOCK_REALTIME, and ``time.time_ns()`` reads the same clock: take marks by it, and they
compare with packets as they are. What was taken by the monotonic clock is brought over here.

Source: clock_gettime(2), packet(7).
"""

from __future__ import annotations

import time

_TRIES = 5


def time_ns(monotonic_ns: int) -> int:
    """What ``time.time_ns()`` was when the monotonic clock was at ``monotonic_ns``; unless somebody set it since."""
    return monotonic_ns - monotonic_ahead_ns()


def monotonic_ahead_ns() -> int:
    """``time.monotonic_ns()`` less ``time.time_ns()``, to some microseconds.

    By the closest of some pairs of looks: between the two of a pair this process may have to wait.
    """
    looks = []
    for _ in range(_TRIES):
        before = time.monotonic_ns()
        real = time.time_ns()
        after = time.monotonic_ns()
        looks.append((after - before, (before + after) // 2 - real))
    return min(looks)[1]
