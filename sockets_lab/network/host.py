"""A host: a network of its own, and the block in which new sockets belong to it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

from sockets_lab.network.namespaces import current_namespace, enter_namespace, in_thread
from sockets_lab.network.running import Running
from sockets_lab.network.topology import Interface
from sockets_lab.peers.elsewhere import set_way_home
from sockets_lab.peers.interrupts import HeldInterrupts

_T = TypeVar("_T")


class HostError(RuntimeError):
    """A host's block was used in a way that cannot work; the text says what to do instead."""


class _Visit:
    """A thread's stay in a host."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.depth = 1
        self.awaited = False
        there = host._namespace()
        self._home = current_namespace()
        try:
            enter_namespace(there)
        except BaseException:
            os.close(self._home)
            raise
        set_way_home(self._run_at_home)
        self._loop_turn = self._watch_loop()

    def _run_at_home(self, function: Callable[[], _T]) -> _T:
        def go_home_and_run() -> _T:
            enter_namespace(self._home)
            return function()

        return in_thread(go_home_and_run)

    def _watch_loop(self) -> Any:
        """Code that runs in an event loop gives up the thread at each await: the loop's next turn tells."""
        asyncio = sys.modules.get("asyncio")
        if asyncio is None or asyncio._get_running_loop() is None:
            return None
        return asyncio.get_running_loop().call_soon(self._awaited)

    def _awaited(self) -> None:
        self.awaited = True
        set_way_home(None)
        enter_namespace(self._home)  # what others do on this thread must not happen in the host

    def end(self) -> None:
        """Back to where the thread came from."""
        if self._loop_turn is not None:
            self._loop_turn.cancel()
        set_way_home(None)
        enter_namespace(self._home)
        os.close(self._home)


class _Visits(threading.local):
    current: _Visit | None = None


_visits = _Visits()


class Host:
    """A machine of the network. ``with net.host("server"):`` makes the sockets created inside belong to it.

    A socket stays where it was made; threads and processes that are started inside start in the host, and those that
    were started before stay where they are. The block is for plain code: no ``await`` in it.

    Attributes:
        name: its name.
        interfaces: its ends of wires.
    """

    def __init__(self, name: str, interfaces: list[Interface], running: Running) -> None:
        self.name = name
        self.interfaces = interfaces
        self._running = running

    @property
    def address(self) -> str:
        """Its first IPv4 address; every host finds it."""
        return self.interfaces[0].address

    @property
    def address6(self) -> str:
        """Its first IPv6 address."""
        return self.interfaces[0].address6

    @property
    def addresses(self) -> list[str]:
        """All addresses that other hosts find, an IPv4 and an IPv6 for each wire."""
        return [address for one in self.interfaces for address in (one.address, one.address6)]

    def _namespace(self) -> int:
        fd = self._running.namespace(self.name)
        if fd < 0:
            raise HostError(f"the host {self.name} is gone with its network; make a new Network")
        return fd

    def __enter__(self) -> Self:
        with HeldInterrupts():
            visit = _visits.current
            if visit is not None and visit.host is self:
                visit.depth += 1
            elif visit is not None:
                raise HostError(
                    f"already inside the host {visit.host.name}: leave its block before you enter {self.name}; "
                    "a socket keeps the host that it was made in"
                )
            else:
                _visits.current = _Visit(self)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with HeldInterrupts():
            visit = _visits.current
            if visit is None or visit.host is not self:
                raise HostError(f"the block of the host {self.name} ends on another thread than it began on")
            visit.depth -= 1
            if visit.depth:
                return
            _visits.current = None
            visit.end()
            if visit.awaited:
                raise HostError(
                    f"await inside `with net.host({self.name!r})`: while your code waits, other code runs on this "
                    "thread and would be in that host; make the sockets inside the block and await after it"
                )

    async def __aenter__(self) -> NoReturn:
        raise HostError(f"write `with net.host({self.name!r}):`, without async; make the sockets in it, await after it")

    async def __aexit__(self, *_: object) -> None:
        """Never reached: entering raises."""

    def __repr__(self) -> str:
        return f"<host {self.name}: {', '.join(self.addresses)}>"
