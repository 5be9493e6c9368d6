"""Carries a graded kernel's channels through process 1, and counts what the kernel says.

The kernel has no sight of the sockets that its clients connect to, and cannot say more than it may: what it sends
beyond that is never read, so that neither a client nor process 1 has to keep it.
"""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Callable, Sequence
from functools import partial

from sockets_lab.kernel.init import Init

_AT_ONCE = 65536


class Relay:
    """Connects whoever connects to an outer listener with the kernel's inner one of the same channel.

    Args:
        most: bytes that the kernel may say.
        exceeded: called when it wants to say more.
    """

    def __init__(
        self,
        init: Init,
        outer: Sequence[socket.socket],
        inner: Sequence[bytes],
        most: int,
        exceeded: Callable[[], None],
    ) -> None:
        self.said = 0
        self._init = init
        self._most = most
        self._exceeded = exceeded
        for listener, address in zip(outer, inner, strict=True):
            listener.setblocking(False)
            init.watch(listener.fileno(), partial(self._accept, listener, address))

    def _accept(self, listener: socket.socket, address: bytes, _events: int) -> None:
        try:
            outside, _ = listener.accept()
        except OSError:
            return
        inside = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            inside.setblocking(False)
            inside.connect(address)
        except OSError:  # the kernel does not accept: its client sees the end of the connection
            inside.close()
            outside.close()
            return
        outside.setblocking(False)
        _Pair(self._init, outside, inside, self._count)

    def _count(self, number: int) -> None:
        self.said += number
        if self.said > self._most:
            self._exceeded()


class _Pair:
    """Two sockets; what is read from one is written to the other, and no more is read before it is."""

    def __init__(self, init: Init, outside: socket.socket, inside: socket.socket, count: Callable[[int], None]) -> None:
        self._init = init
        self._count = count
        self._inside = inside
        self._other = {outside: inside, inside: outside}
        self._pending: dict[socket.socket, bytes] = {outside: b"", inside: b""}  # by where it goes
        for one in self._other:
            init.watch(one.fileno(), partial(self._ready, one))

    def _ready(self, one: socket.socket, events: int) -> None:
        try:
            if events & select.POLLOUT:
                self._write(one)
            if events & (select.POLLIN | select.POLLHUP | select.POLLERR):
                self._read(one)
        except BlockingIOError:
            pass
        except OSError:
            self._close()

    def _read(self, one: socket.socket) -> None:
        other = self._other[one]
        if self._pending[other]:
            return
        data = one.recv(_AT_ONCE)
        if not data:
            self._close()
            return
        if one is self._inside:
            self._count(len(data))
        self._pending[other] = data
        self._write(other)

    def _write(self, one: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            self._pending[one] = self._pending[one][one.send(self._pending[one]) :]
        full = bool(self._pending[one])
        # While it is full its other side is not read.
        self._init.watch(one.fileno(), partial(self._ready, one), (select.POLLOUT if full else 0) | self._reads(one))
        other = self._other[one]
        self._init.watch(other.fileno(), partial(self._ready, other), self._reads(other) | self._writes(other))

    def _reads(self, one: socket.socket) -> int:
        return 0 if self._pending[self._other[one]] else select.POLLIN

    def _writes(self, one: socket.socket) -> int:
        return select.POLLOUT if self._pending[one] else 0

    def _close(self) -> None:
        for one in self._other:
            if one.fileno() >= 0:
                self._init.unwatch(one.fileno())
                one.close()
