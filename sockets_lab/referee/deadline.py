"""Interrupts the learner's function when its time is up, and knows the line it was at."""

from __future__ import annotations

import contextlib
import functools
import linecache
import math
import os
import random
import sysconfig
from signal import signal as set_handler  # the module's own name may be another while a learner's function runs
from time import monotonic
from types import FrameType, TracebackType

from sockets_lab.referee.timer import SIGNAL, MainThreadTimer

_OWN_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARY_FOLDERS = tuple(
    os.path.realpath(sysconfig.get_paths()[kind]) for kind in ("stdlib", "platstdlib", "purelib", "platlib")
)
_RUNNER_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "running.py")
CELL_FILE = "<cell>"
UNWIND_S = 0.3
INSIST_WITHIN_S = 60e-6
KICK_EVERY_S = 0.05
_RANDOM = random.Random()  # the module's own belongs to the learner's function


class TimeIsUp(BaseException):
    """Raised inside the learner's function. Not an Exception, so that ``except Exception`` does not stop it."""


class Deadline:
    """While the block runs, whatever hangs in it is ended when its time is up.

    A timer sends a signal to the main thread, which interrupts a blocking system call (signal(7)), and whose handler
    raises :class:`TimeIsUp` where the function is. A function that swallows it gets more, after a pause for its
    ``finally`` clauses: each sets the timer for another one a few microseconds later, so that soon one of them lands
    outside of the ``try`` that swallowed those before.

    Args:
        seconds: until the first signal.
    Attributes:
        place: the line that the function was at, and its text; None unless its time was up.
    Resources:
        one timer and one signal's handler; the block must be on the main thread.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timer = MainThreadTimer()
        self._over = False
        self._insist_from = math.inf
        self.place: tuple[int | None, str] | None = None

    def __enter__(self) -> Deadline:
        self._before = set_handler(SIGNAL, self._interrupt)
        self._timer.set(self._seconds, then_every_s=UNWIND_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._timer.close()
        set_handler(SIGNAL, self._before)

    def _interrupt(self, _number: int, frame: FrameType | None) -> None:
        if self._over:
            return
        if not _in_learners_code(frame):
            return
        if self.place is None:
            self._insist_from = monotonic() + UNWIND_S * 0.9
            self.place = (None, "")
            with contextlib.suppress(Exception):  # the function may have broken what this needs
                self.place = place_of_frame(frame)
        if monotonic() > self._insist_from:
            # Soon, but not at a short interval: signals that come faster than they are handled pile up in here.
            self._timer.set(_RANDOM.uniform(1e-6, INSIST_WITHIN_S), then_every_s=KICK_EVERY_S)
        raise TimeIsUp


def place_of_frame(frame: FrameType | None) -> tuple[int | None, str]:
    """The line of the learner's code that led to ``frame``, and its text."""
    while frame is not None and not _is_runner(frame):
        if is_learners(frame.f_code.co_filename):
            return frame.f_lineno, _source_line(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None, ""


def place_of_traceback(traceback: TracebackType | None) -> tuple[int | None, str]:
    """The innermost line of the learner's code in ``traceback``, and its text."""
    innermost = None
    while traceback is not None:
        if is_learners(traceback.tb_frame.f_code.co_filename):
            innermost = traceback
        traceback = traceback.tb_next
    if innermost is None:
        return None, ""
    return innermost.tb_lineno, _source_line(innermost.tb_frame.f_code.co_filename, innermost.tb_lineno)


@functools.lru_cache(1000)
def is_learners(filename: str) -> bool:
    """Whether code of this file was written by the learner: neither ours nor a library's."""
    if filename.startswith("<"):
        return filename == CELL_FILE
    path = os.path.realpath(filename)
    return not path.startswith((_OWN_FOLDER, *_LIBRARY_FOLDERS))


def _in_learners_code(frame: FrameType | None) -> bool:
    while frame is not None and not _is_runner(frame):
        frame = frame.f_back
    return frame is not None


def _is_runner(frame: FrameType) -> bool:
    return frame.f_code.co_name == "run_function" and frame.f_code.co_filename == _RUNNER_FILE


def _source_line(filename: str, line: int) -> str:
    return linecache.getline(filename, line).strip()
