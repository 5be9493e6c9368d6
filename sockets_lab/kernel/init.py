"""Process 1 of a kernel's namespaces: ends what is left, forwards signals, and ends all when the owner has gone.

As process 1 a kernel would not hear signals without a handler (pid_namespaces(7)), and would have to bury orphans.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn


class Init:
    """Waits for the kernel's end, its owner's end, and orders; the kernel is the only child that it started.

    Args:
        kernel: the kernel's process id, which leads a process group.
        lifeline: to the owner, which orders signals by it and is told there how the kernel ended.
        owner: a pidfd.
    """

    def __init__(self, kernel: int, lifeline: socket.socket, owner: int) -> None:
        self._kernel = kernel
        self._lifeline = lifeline
        self._poller = select.poll()
        self._callbacks: dict[int, Callable[[int], None]] = {}
        self._ticks: list[Callable[[], None]] = []
        self._last_words: list[Callable[[], dict[str, Any]]] = []
        self._every_s: float | None = None
        self._wake, woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.watch(self._wake, lambda _: self._bury())
        self.watch(lifeline.fileno(), lambda _: self._obey())
        self.watch(owner, lambda _: os._exit(0))

    def watch(self, fd: int, callback: Callable[[int], None], events: int = select.POLLIN) -> None:
        """Call ``callback(events)`` whenever ``fd`` is ready."""
        self._callbacks[fd] = callback
        self._poller.register(fd, events)

    def unwatch(self, fd: int) -> None:
        """Never mind ``fd``."""
        if self._callbacks.pop(fd, None):
            self._poller.unregister(fd)

    def every(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call ``callback`` about that often."""
        self._every_s = seconds
        self._ticks.append(callback)

    def at_the_end(self, words: Callable[[], dict[str, Any]]) -> None:
        """Tell the owner ``words()`` with the kernel's end."""
        self._last_words.append(words)

    def run(self) -> NoReturn:
        """Serve until there is nothing to serve."""
        self._bury()  # it may have ended before we listened
        due = time.monotonic() + (self._every_s or 0.0)
        while True:
            left_ms = None if self._every_s is None else max(0.0, due - time.monotonic()) * 1000
            for fd, events in self._poller.poll(left_ms):
                if fd in self._callbacks:
                    self._callbacks[fd](events)
            if self._every_s is not None and time.monotonic() >= due:
                due = time.monotonic() + self._every_s
                for tick in self._ticks:
                    tick()

    def end(self, **why: Any) -> NoReturn:
        """Tell the owner and end, with every process in these namespaces."""
        told: dict[str, Any] = {}
        for words in self._last_words:
            told |= words()
        try:
            self._lifeline.send(json.dumps({**told, **why}).encode())
        except OSError:
            pass  # nobody is left to hear it
        os._exit(0)

    def _bury(self) -> None:
        try:
            os.read(self._wake, 4096)
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                os._exit(1)
            if pid == self._kernel:
                self.end(status=os.waitstatus_to_exitcode(status))
            if pid == 0:
                return

    def _obey(self) -> None:
        try:
            order = self._lifeline.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            order = b""
        if not order:
            os._exit(0)
        wanted = json.loads(order)
        if "end" in wanted:
            self.end()
        try:
            os.killpg(self._kernel, int(wanted["signal"]))
        except ProcessLookupError:
            pass
