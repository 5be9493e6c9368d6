"""Forking children that hold nothing but what they were given, and noticing when their owner has gone."""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

Entry = Callable[[dict[str, Any], list[int]], None]


def find_entry(name: str) -> Entry:
    """The function behind ``package.module:function``, which must be one of this package's own."""
    module_name, _, function_name = name.partition(":")
    if module_name.split(".")[0] != "sockets_lab":
        raise ValueError(f"{name!r} is not one of the lab's own functions")
    entry: Entry = getattr(importlib.import_module(module_name), function_name)
    return entry


def fork_child(entry: Entry, params: dict[str, Any], fds: Sequence[int]) -> int:
    """Run ``entry(params, fds)`` in a forked child and return its process id.

    The child keeps the standard streams and duplicates of ``fds``; every other descriptor is closed there, so
    that a child never delays a FIN or an end-of-file that somebody else waits for. The calling process must
    have one thread only (fork(2): the child of a threaded process may deadlock).
    """
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        # Objects of the parent must never be finalised here: they would close descriptors by number.
        gc.freeze()
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
        entry(params, _keep_only(fds))
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _keep_only(fds: Sequence[int]) -> list[int]:
    low = 3
    for fd in sorted(fds):
        os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX"))
    return list(fds)


class OwnerWatch:
    """Tells when a process that we are not the parent of has ended.

    Uses pidfd_open(2), so that a recycled process id is never taken for the owner. Where there is none (macOS),
    only the end of the control channel tells.
    """

    def __init__(self, pid: int) -> None:
        self._fd: int | None = None
        self._gone = False
        if sys.platform == "linux":
            try:
                self._fd = os.pidfd_open(pid)
            except ProcessLookupError:
                self._gone = True
            except OSError:
                self._fd = None

    def wait_readable(self, fd: int, timeout_s: float | None = None) -> bool:
        """Wait until ``fd`` can be read or the owner has ended; True while the owner lives."""
        if self._gone:
            return False
        poller = select.poll()
        poller.register(fd, select.POLLIN)
        if self._fd is not None:
            poller.register(self._fd, select.POLLIN)
        ready = [number for number, _ in poller.poll(None if timeout_s is None else timeout_s * 1000)]
        self._gone = self._fd in ready
        return not self._gone

    def close(self) -> None:
        """Release the descriptor."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def reap(pid: int, timeout_s: float) -> bool:
    """Wait for our child ``pid``, killing it at the deadline; True if it ended by itself.

    Source: waitpid(2); pidfd_open(2).
    """
    if sys.platform == "linux":
        try:
            pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            return True
        try:
            ended, _, _ = select.select([pidfd], [], [], timeout_s)
        finally:
            os.close(pidfd)
    else:
        ended = _poll_child(pid, timeout_s)
    if not ended:
        os.kill(pid, signal.SIGKILL)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass
    return bool(ended)


def _poll_child(pid: int, timeout_s: float) -> list[int]:
    import time

    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return [pid]
        time.sleep(0.002)
    return []
