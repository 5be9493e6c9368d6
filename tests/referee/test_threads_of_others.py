"""Threads that an earlier cell of the learner's goes on starting while a check runs."""

from __future__ import annotations

import threading

from sockets_lab.referee.leftovers import Leftovers


def test_a_thread_that_somebody_is_just_starting_is_not_left_by_the_function() -> None:
    leftovers = Leftovers()
    beginning = threading.Thread(target=print)
    limbo = threading._limbo  # type: ignore[attr-defined]  # where Thread.start() puts it until it has begun
    limbo[beginning] = beginning
    try:
        assert beginning in threading.enumerate()
        assert leftovers.threads() == []
    finally:
        del limbo[beginning]
