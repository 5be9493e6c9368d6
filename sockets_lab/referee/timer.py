"""A timer that signals the main thread, whatever the other threads, or a long call into C, do meanwhile."""

from __future__ import annotations

import ctypes
import signal
import sys
import threading

_libc = ctypes.CDLL(None, use_errno=True)
_HAS_TIMERS = sys.platform == "linux" and hasattr(_libc, "timer_create")  # glibc from 2.34, musl
# Not SIGALRM, SIGUSR1 or SIGUSR2, which a learner's function may use itself. macOS has no such timers.
SIGNAL = signal.SIGRTMIN + 7 if _HAS_TIMERS else signal.SIGALRM
_CLOCK_MONOTONIC = 1
_SIGEV_THREAD_ID = 4


class _Event(ctypes.Structure):
    """``struct sigevent``. Source: sigevent(3type)."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("thread", ctypes.c_int),
        ("padding", ctypes.c_char * 44),
    )


class _Times(ctypes.Structure):
    """``struct itimerspec``. Source: itimerspec(3type)."""

    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("value_s", ctypes.c_long),
        ("value_ns", ctypes.c_long),
    )


class MainThreadTimer:
    """Sends ``SIGNAL`` to the main thread.

    The kernel keeps the time: a thread of ours would need Python's lock, which a long call into C does not give up.
    Where the system has no timers of this kind, the process's only interval timer is used, with SIGALRM.

    Resources:
        one timer, released by ``close()``. A fork does not inherit it.
    Source: timer_create(2), setitimer(2).
    """

    def __init__(self) -> None:
        self._id = ctypes.c_void_p()
        self._open = False

    def set(self, seconds: float, then_every_s: float) -> None:
        """Signal after ``seconds``, and again every ``then_every_s`` seconds until it is set anew or closed."""
        if not _HAS_TIMERS:
            signal.setitimer(signal.ITIMER_REAL, seconds, then_every_s)
            return
        if not self._open:
            # Asked anew: a forked kernel's threading module still knows its parent's number.
            event = _Event(signal=SIGNAL, notify=_SIGEV_THREAD_ID, thread=threading.get_native_id())
            if _libc.timer_create(_CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(self._id)):
                raise OSError(ctypes.get_errno(), "the kernel gives no timer for the deadline of your function")
            self._open = True
        times = _Times(*_split(then_every_s), *_split(max(seconds, 1e-6)))
        _libc.timer_settime(self._id, 0, ctypes.byref(times), None)

    def close(self) -> None:
        """No more signals."""
        if not _HAS_TIMERS:
            signal.setitimer(signal.ITIMER_REAL, 0)
        elif self._open:
            self._open = False
            _libc.timer_delete(self._id)


def _split(seconds: float) -> tuple[int, int]:
    whole = int(seconds)
    return whole, int((seconds - whole) * 1e9)
