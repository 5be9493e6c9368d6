"""How a call of the learner's spends its time: asleep, in the processor, or kept from running."""

from __future__ import annotations

import time
from collections.abc import Callable

LOOK_EVERY_S = 0.003
LONGEST_LOOK_S = 0.02
SPINS_FROM_S = 0.015  # what little a patient function uses may be most of what a crowded machine lets it have

ProcessorUse = Callable[[], tuple[float, bool]]


class Watch:
    """Counts the time in which a process was seen to sleep, or to use the processor.

    Time in which it wanted to run and could not does not count, nor does time in which the whole machine stood still:
    neither proves anything about its code. So ``look()`` must be called all the time.

    Args:
        use: the processor seconds that its main thread has used so far, and whether it sleeps now.
    Attributes:
        seen_s: seconds that count.
        used_s: the part of them in which it used the processor.
    """

    def __init__(self, use: ProcessorUse) -> None:
        self._use = use
        self._latest = time.monotonic()
        self._used_before_s: float | None = None
        self.seen_s = 0.0
        self.used_s = 0.0

    def look(self) -> None:
        """Count what has passed since the look before; cheap if that was a moment ago."""
        now = time.monotonic()
        if now - self._latest < LOOK_EVERY_S:
            return
        total_used_s, asleep = self._use()
        used_s = max(0.0, total_used_s - self._used_before_s) if self._used_before_s is not None else 0.0
        self.used_s += used_s
        self.seen_s += max(used_s, min(now - self._latest, LONGEST_LOOK_S)) if asleep else used_s
        self._used_before_s, self._latest = total_used_s, now

    @property
    def spins(self) -> bool:
        """Whether it used the processor for more than half of the time that counts."""
        return self.used_s > max(self.seen_s / 2, SPINS_FROM_S)
