"""Putting off the stop button while a thing that must not be half done is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Self

Harmless = Callable[[FrameType | None], bool]


class HeldInterrupts:
    """While the block runs, SIGINT raises KeyboardInterrupt only where that does no harm.

    A notebook's stop button sends SIGINT, and Python raises between any two instructions: between a request and
    its answer, or before a socket that was just made has a name. What came meanwhile is raised at the block's end.
    On other threads, which Python never interrupts, and where SIGINT is ignored, the block just runs.

    Args:
        harmless: told the frame that runs; True where it may be interrupted. By default nowhere.
    Attributes:
        pressed: whether SIGINT came during the block.
    """

    def __init__(self, harmless: Harmless = lambda _frame: False) -> None:
        self._harmless = harmless
        self._before: object = None
        self.pressed = False

    def raise_if_pressed(self) -> None:
        """Raise the KeyboardInterrupt that was put off, or swallowed by the code that it was raised in."""
        if self.pressed:
            raise KeyboardInterrupt

    def _interrupt(self, _number: int, frame: FrameType | None) -> None:
        self.pressed = True
        if self._harmless(frame):
            raise KeyboardInterrupt

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            if callable(before):  # neither ignored nor deadly
                self._before = before
                signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is None:
            return
        signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]
        if self.pressed and kind is None and callable(self._before):
            self._before(signal.SIGINT, None)


def is_inside(frame: FrameType | None, code: CodeType) -> bool:
    """Whether ``frame``, or a frame that called it, runs ``code``."""
    while frame is not None:
        if frame.f_code is code:
            return True
        frame = frame.f_back
    return False
