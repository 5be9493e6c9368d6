"""Keeps what a function prints, and what its threads raise, out of the cell that happens to run."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

KEPT_CHARACTERS = 4000


class Captured:
    """What was written and raised while the block ran.

    Attributes:
        warnings: texts of the ResourceWarnings: sockets that Python had to close itself.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._lock = threading.Lock()
        self._drain: Callable[[], None] = lambda: None
        self.warnings: list[str] = []

    def write(self, text: str) -> int:
        """Keep ``text``, up to a few thousand characters between one ``take`` and the next."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        text = str.__str__(text)  # a subclass may lie about its length and its parts
        with self._lock:
            if self._length < KEPT_CHARACTERS:
                self._parts.append(text[: KEPT_CHARACTERS - self._length])
            self._length += len(text)
        return len(text)

    def flush(self) -> None:
        """Nothing to do; part of what a stream can."""

    def take(self) -> str:
        """What was written since the last time, and how much of it was not kept."""
        self._drain()
        with self._lock:
            text, rest = "".join(self._parts), self._length - KEPT_CHARACTERS
            self._parts, self._length = [], 0
        return text + (f"\n... and {rest:,} characters more" if rest > 0 else "")


@contextlib.contextmanager
def captured_output() -> Iterator[Captured]:
    """Capture both streams, thread exceptions and ResourceWarnings of the whole process.

    nbgrader gives no points to a graded cell with anything on stderr. The streams themselves stay in place, since
    a logging handler, or a thread of an earlier cell, may hold them or may take hold of them now: only what their
    ``write`` does is another for a while.
    """
    captured = Captured()
    threads_hook, unraisable_hook = threading.excepthook, sys.unraisablehook
    with contextlib.ExitStack() as stack, warnings.catch_warnings():
        stack.enter_context(_redirected_descriptors(captured))
        for name in ("stdout", "stderr"):
            stack.enter_context(_redirected_stream(name, captured))
        warnings.simplefilter("always", ResourceWarning)
        shown = warnings.showwarning

        def keep_resource_warning(message: Any, category: type[Warning], *args: Any, **kwargs: Any) -> None:
            if issubclass(category, ResourceWarning):
                captured.warnings.append(str(message))
            else:
                shown(message, category, *args, **kwargs)

        warnings.showwarning = keep_resource_warning
        threading.excepthook = lambda args: _note_thread_error(args, captured)
        sys.unraisablehook = lambda args: captured.write(f"ignored: {args.exc_value!r}\n") and None
        try:
            yield captured
        finally:
            threading.excepthook, sys.unraisablehook = threads_hook, unraisable_hook


@contextlib.contextmanager
def _redirected_stream(name: str, captured: Captured) -> Iterator[None]:
    """Send what is written to ``sys.stdout`` or ``sys.stderr`` to ``captured``."""
    stream: Any = getattr(sys, name)
    instead = {"write": captured.write, "close": lambda: None}  # closed, it would stay so in every cell after
    own = vars(stream) if hasattr(stream, "__dict__") else {}
    before = {method: own[method] for method in instead if method in own}
    try:
        for method, replacement in instead.items():
            setattr(stream, method, replacement)
    except AttributeError:  # no stream at all, or an object that takes no attributes
        setattr(sys, name, captured)
        try:
            yield
        finally:
            setattr(sys, name, stream)
        return
    try:
        yield
    finally:
        for method in instead:
            if method in before:
                setattr(stream, method, before[method])
            else:
                with contextlib.suppress(AttributeError):  # both streams may be one
                    delattr(stream, method)


@contextlib.contextmanager
def _redirected_descriptors(captured: Captured) -> Iterator[None]:
    """Send what is written to descriptors 1 and 2, by ``os.write`` or by a subprocess, to ``captured``.

    Resources:
        a thread and a few descriptors, gone when the block ends.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()  # what was printed before the check belongs to the cell
    reading, writing = os.pipe()
    ended, ending = os.pipe()
    os.set_blocking(reading, False)
    kept = {number: _duplicate(number) for number in (1, 2)}

    one_at_a_time = threading.Lock()

    def drain() -> None:
        with one_at_a_time, contextlib.suppress(OSError):  # nothing there, or the function has closed it
            while data := os.read(reading, 1 << 16):
                captured.write(data.decode(errors="backslashreplace"))

    def drain_until_the_end() -> None:
        with contextlib.suppress(OSError, ValueError):  # the function has closed it
            while ended not in select.select([reading, ended], [], [])[0]:
                drain()
        drain()

    captured._drain = drain
    thread = threading.Thread(target=drain_until_the_end, name="sockets-lab capture", daemon=True)
    try:
        for number in kept:
            os.dup2(writing, number)
        thread.start()
        yield
    finally:
        for number, before in kept.items():
            with contextlib.suppress(OSError):
                if before is None:
                    os.close(number)
                else:
                    os.dup2(before, number)
                    os.close(before)
        captured._drain = lambda: None
        with contextlib.suppress(OSError):
            os.write(ending, b".")  # closing it is not enough: a fork may hold it
        thread.join()
        for fd in (reading, writing, ended, ending):
            with contextlib.suppress(OSError):
                os.close(fd)


def _duplicate(fd: int) -> int | None:
    try:
        return os.dup(fd)
    except OSError:  # closed
        return None


def _note_thread_error(args: Any, captured: Captured) -> None:
    if args.exc_type is SystemExit:  # a thread's ordinary way out, and the one by which a check ends it
        return
    name = args.thread.name if args.thread is not None else "a thread"
    last = traceback.format_exception_only(args.exc_type, args.exc_value)[-1].strip()
    captured.write(f"thread {name} raised {last}\n")
