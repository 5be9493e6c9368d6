"""The recording of a block: this process's socket calls, the kernel's states, and the packets, on one clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sockets_lab.ladder.calls import Address, Call, CallTrace, SocketSeen
from sockets_lab.observe.connections import Connection, own_connections
from sockets_lab.observe.packets import Packets
from sockets_lab.observe.tcp_rows import TcpTable
from sockets_lab.peers import cells
from sockets_lab.peers.server import known_servers

if TYPE_CHECKING:
    from sockets_lab.network import Network
    from sockets_lab.observe.capture import Capture

QUIET_S, SETTLE_WITHIN_S = 0.03, 0.5
MOST_BEFORE = 200


@dataclass(frozen=True)
class Before:
    """The TCP sockets that were there when a recording began.

    Attributes:
        own: this process's.
        far: the other ends of their connections, where the same kernel has them.
    """

    own: tuple[Connection, ...] = ()
    far: tuple[Connection, ...] = ()

    @classmethod
    def now(cls) -> Self:
        """Ask the kernel."""
        own = tuple(own_connections())
        table = TcpTable()
        try:
            rows = [(row, table.row((row.peer, row.local))) for row in own[:MOST_BEFORE] if row.peer]
        finally:
            table.close()
        return cls(own, tuple(Connection(far.state, row.peer, row.local) for row, far in rows if far and row.peer))


@dataclass(frozen=True)
class Recorded:
    """What a recording holds, as plain values. All times are in nanoseconds since 1970.

    Attributes:
        calls: of this process, in the order in which they began.
        sockets: those that they were made on.
        packets: of the interface or of the network's wires, other programs' included.
        servers: the lab's background servers: what each does, and its address.
        hosts: the network's, in their order; empty on loopback.
        ended_ns: None while it runs.
        missing: what it could not record, a sentence each.
        before: this process's TCP sockets that were there at the beginning, and the other ends of their connections.
    """

    calls: tuple[Call, ...] = ()
    sockets: tuple[SocketSeen, ...] = ()
    packets: Packets = field(default_factory=Packets)
    servers: tuple[tuple[str, Address], ...] = ()
    hosts: tuple[str, ...] = ()
    started_ns: int = 0
    ended_ns: int | None = None
    missing: tuple[str, ...] = ()
    before: Before = Before()


class Recording:
    """Records from its making to ``stop()``, which the end of a ``with`` block calls.

    Args:
        network: whose wires to record; None for the packets of ``interface``.
        interface: of this network.
    Resources:
        the methods of ``socket.socket`` are wrapped and a capture runs, until ``stop()``, or until the notebook's cell
        runs again.
    """

    def __init__(self, network: Network | None = None, *, interface: str = "lo") -> None:
        self._network = network
        self._capture: Capture | None = None
        self._missing: list[str] = []
        self._servers: dict[Address, str] = {}
        self._ended: Recorded | None = None
        self._before = Before()
        if network is None:
            self._start_capture(interface)
            self._before = Before.now()  # a network's hosts have tables of their own
        self._started_ns = time.time_ns()
        self._trace = CallTrace()
        cells.belongs_to_this_cell(self)

    @property
    def running(self) -> bool:
        """True until ``stop()``."""
        return self._ended is None

    @property
    def missing(self) -> tuple[str, ...]:
        """What it cannot record, a sentence each; empty if nothing."""
        return self.recorded().missing

    def recorded(self) -> Recorded:
        """What there is up to now, or up to ``stop()``."""
        return self._ended or self._look(None)

    def stop(self) -> None:
        """Wait for the packets that are still under way, a moment at most, and record no more.

        A second call does nothing.
        """
        if not self.running:
            return
        ended_ns = time.time_ns()
        self._trace.stop()
        try:
            self._settle()
            self._ended = self._look(ended_ns)
        finally:
            if self._capture is not None:
                self._capture.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start_capture(self, interface: str) -> None:
        from sockets_lab.observe.capture import CaptureError, capture

        try:
            self._capture = capture(interface)
        except CaptureError as error:
            self._missing.append(f"The packets are missing: {str(error).rstrip('.')}.")

    def _settle(self) -> None:
        """Kernels finish connections beside the program: the last packets come a moment after the last call."""
        deadline = time.monotonic() + SETTLE_WITHIN_S
        count = len(self._packets())
        while time.monotonic() < deadline:
            time.sleep(QUIET_S)
            before, count = count, len(self._packets())
            if count == before:
                return

    def _packets(self) -> Packets:
        source: Any = self._network or self._capture
        packets: Packets = source.packets() if source is not None else Packets()
        return packets.where(lambda packet: packet.time_ns >= self._started_ns)

    def _look(self, ended_ns: int | None) -> Recorded:
        calls, sockets = self._trace.noted()
        for server in known_servers():
            self._servers[server.address] = server.behaviour.name.replace("_", " ")
        packets = self._packets()
        missing = [*self._missing, *packets.warnings]
        if self._trace.not_kept:
            missing.append(f"{self._trace.not_kept:,} calls more were made than are kept.")
        return Recorded(
            tuple(calls),
            tuple(sockets),
            packets,
            tuple((name, address) for address, name in self._servers.items()),
            tuple(self._network.hosts) if self._network is not None else (),
            self._started_ns,
            ended_ns,
            tuple(missing),
            self._before,
        )
