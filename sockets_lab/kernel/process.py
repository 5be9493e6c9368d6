"""A forked kernel as its owner holds it: what subprocess.Popen is for a started one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from sockets_lab.kernel.channels import CHANNELS
from sockets_lab.kernel.messages import receive_from
from sockets_lab.kernel.owner import CannotStart, WarmParent

STARTS_WITHIN_S = 30.0


class ForkedKernel:
    """A kernel in namespaces of its own.

    Attributes:
        pid: the kernel's process id.
        returncode: None while it runs; negative for a signal, as in subprocess.
        told: what process 1 said of the end.
    Resources:
        two descriptors and the namespaces with all that runs in them; released by its end, or by ``close()``.
    """

    def __init__(
        self,
        parent: WarmParent,
        request: dict[str, Any],
        streams: Sequence[int],
        listeners: Sequence[int],
        more: Sequence[int] = (),
    ) -> None:
        """Start it.

        Raises:
            CannotStart: the system refused.
        """
        self.stdin = self.stdout = self.stderr = None
        self.returncode: int | None = None
        self.told: dict[str, Any] = {}
        self._lifeline, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lifeline.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._lifeline.settimeout(STARTS_WITHIN_S)
        own_pidfd = os.pidfd_open(os.getpid())
        try:
            _, given = parent.fork(request, [theirs.fileno(), own_pidfd, *streams, *listeners, *more])
            self._pidfd, *self.namespaces = given
            theirs.close()
            self.pid = self._hear_start()
        except BaseException:
            self._lifeline.close()
            raise
        finally:
            theirs.close()
            os.close(own_pidfd)
        self._lifeline.setblocking(False)

    def _hear_start(self) -> int:
        try:
            told, pid = receive_from(self._lifeline)
        except (EOFError, OSError):
            told, pid = {"errno": 0, "step": "start"}, 0
        if "started" in told:
            return pid
        self._release()
        os.close(self._pidfd)
        number = int(told.get("errno", 0))
        raise CannotStart(f"{told['step']}: {os.strerror(number)}" if number else told["step"], number, told["step"])

    def poll(self) -> int | None:
        """How it ended, once everything in its namespaces has; None before."""
        if self.returncode is None and select.select([self._pidfd], [], [], 0)[0]:
            with contextlib.suppress(OSError, ValueError):
                self.told = json.loads(self._lifeline.recv(65536) or b"{}")
            self.returncode = int(self.told.get("status", -signal.SIGKILL))
            self._release()
            os.close(self._pidfd)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; how it ended.

        Raises:
            subprocess.TimeoutExpired: after ``timeout`` seconds.
        """
        if self.returncode is None and not select.select([self._pidfd], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("the kernel", timeout or 0.0)
        code = self.poll()
        assert code is not None
        return code

    async def end(self) -> None:
        """Wait for the end, and leave it to be polled."""
        if self.poll() is not None:
            return
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        pidfd = os.dup(self._pidfd)  # a loop knows one waiter a descriptor
        loop.add_reader(pidfd, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(pidfd)
            os.close(pidfd)

    def send_signal(self, number: int) -> None:
        """Signal the kernel and what it started in its process group; SIGKILL ends everything there is in it."""
        if self.poll() is not None:
            return
        if number == signal.SIGKILL:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            return
        self.order(signal=number)

    def order(self, **what: Any) -> None:
        """Tell process 1 what to do; nothing happens when it has ended."""
        with contextlib.suppress(OSError):
            self._lifeline.send(json.dumps(what).encode())

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it, and everything in its namespaces."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Kill it if it runs; returns when everything in its namespaces has gone."""
        self.kill()
        self.wait()

    def _release(self) -> None:
        self._lifeline.close()
        for fd in self.namespaces:
            os.close(fd)
        self.namespaces = []


class Listeners:
    """The listening sockets of one kernel's channels, in a folder of their own.

    Resources:
        the folder, removed by ``remove()`` (or by the warm parent); the sockets, closed by ``close()``.
    """

    def __init__(self, folder: Path) -> None:
        self._sockets = []
        for number, _ in enumerate(CHANNELS, 1):
            path = folder / f"k-{number}"
            path.unlink(missing_ok=True)
            one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            one.bind(str(path))
            one.listen(64)
            self._sockets.append(one)

    def filenos(self) -> list[int]:
        """One descriptor a channel."""
        return [one.fileno() for one in self._sockets]

    def close(self) -> None:
        """Leave them to the kernel."""
        for one in self._sockets:
            one.close()


def stream_of(given: int | IO[Any] | None, number: int) -> int:
    """The descriptor behind a ``stdin``, ``stdout`` or ``stderr`` argument as subprocess takes it; to be closed."""
    if given is None:
        try:
            return os.dup(number)
        except OSError:
            given = subprocess.DEVNULL
    if given == subprocess.DEVNULL:
        return os.open(os.devnull, os.O_RDWR)
    return os.dup(given if isinstance(given, int) else given.fileno())
