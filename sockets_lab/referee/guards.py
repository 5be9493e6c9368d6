"""Holds a function back from ending the process that it is called in: the notebook's kernel, with all it knows.

The guards stand at the names in ``os``, ``signal`` and ``sys`` while the function runs. They are for accidents, such as
``os.closerange`` with a generous range; whoever wants to end the process will find another way.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from sockets_lab.referee.timer import SIGNAL

MAX_RECURSION = 50_000  # without a limit, a function that calls itself for ever fills the memory first
_HARMLESS = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH, 0}  # signal(7): ignored by default


class WouldEndTheProcess(Exception):
    """The function did what ends the whole process."""


@contextlib.contextmanager
def guarded(descriptors: set[int]) -> Iterator[None]:
    """While the block runs, what would end this process raises, and ``descriptors`` stay open."""
    pid = os.getpid()
    kept = _Kept(descriptors)
    guards = {
        (os, "_exit"): _ends_only_forks(pid, "_exit", os._exit),
        (os, "abort"): _ends_only_forks(pid, "abort", os.abort),
        (os, "kill"): _kills_only_others(pid, os.kill),
        (signal, "raise_signal"): _raises_only_handled(signal.raise_signal),
        (os, "close"): _closes_only_others(kept, os.close),
        (os, "closerange"): _closes_only_others_in_range(kept, os.closerange),
        (signal, "signal"): _keeps_our_handler(signal.signal),
        (signal, "pthread_sigmask"): _lets_our_signal_through(signal.pthread_sigmask),
        (sys, "setrecursionlimit"): _limits_recursion(sys.setrecursionlimit),
    }
    before = {(module, name): getattr(module, name) for module, name in guards}
    try:
        for (module, name), guard in guards.items():
            setattr(module, name, guard)
        yield
    finally:
        for (module, name), function in before.items():
            setattr(module, name, function)


def _ends_only_forks(pid: int, name: str, really: Callable[..., NoReturn]) -> Callable[..., None]:
    def guard(*args: Any) -> None:
        if os.getpid() != pid:
            really(*args)
        raise WouldEndTheProcess(f"os.{name}() ends the whole process, this notebook's kernel: return or raise instead")

    return guard


def _kills_only_others(pid: int, really: Callable[[int, int], None]) -> Callable[[int, int], None]:
    def kill(target: int, number: int) -> None:
        if os.getpid() == pid and target in (pid, 0, -1, -os.getpgrp()):
            _must_be_handled(number)
        really(target, number)

    return kill


def _raises_only_handled(really: Callable[[int], None]) -> Callable[[int], None]:
    def raise_signal(number: int) -> None:
        _must_be_handled(number)
        really(number)

    return raise_signal


def _must_be_handled(number: int) -> None:
    if number not in _HARMLESS and signal.getsignal(number) is signal.SIG_DFL:
        name = signal.Signals(number).name
        raise WouldEndTheProcess(f"{name} ends the whole process, this notebook's kernel: return or raise instead")


class _Kept:
    """Descriptors that the function must leave open; not so its forks, and threads that ran before it."""

    def __init__(self, descriptors: set[int]) -> None:
        self._descriptors = descriptors
        self._pid = os.getpid()
        self._strangers = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}

    def within(self, low: int, high: int) -> list[int]:
        """Those from ``low`` up to, and without, ``high``."""
        if os.getpid() != self._pid or threading.get_ident() in self._strangers:
            return []
        return sorted(fd for fd in self._descriptors if low <= fd < high)


def _closes_only_others(kept: _Kept, really: Callable[[int], None]) -> Callable[[int], None]:
    def close(fd: int) -> None:
        if kept.within(fd, fd + 1):
            words = f"descriptor {fd} was open before your function was called: it is not yours to close"
            raise OSError(errno.EBADF, words)
        really(fd)

    return close


def _closes_only_others_in_range(kept: _Kept, really: Callable[[int, int], None]) -> Callable[[int, int], None]:
    def closerange(low: int, high: int) -> None:
        for fd in kept.within(low, high):
            if low < fd:  # closerange(0, 0) would close them all
                really(low, fd)
            low = fd + 1
        if low < high:
            really(low, high)

    return closerange


def _keeps_our_handler(really: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The deadline's signal, without its handler, would end the process."""
    return lambda number, handler: signal.getsignal(number) if number == SIGNAL else really(number, handler)


def _lets_our_signal_through(really: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda how, mask: really(how, mask if how == signal.SIG_UNBLOCK else set(mask) - {SIGNAL})


def _limits_recursion(really: Callable[[int], None]) -> Callable[[int], None]:
    return lambda limit: really(min(limit, MAX_RECURSION))
