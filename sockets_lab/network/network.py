"""``Network``: hosts joined by wires, made in milliseconds by an ordinary user, gone with their owner."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

from sockets_lab.network.host import Host
from sockets_lab.network.rules import Rule
from sockets_lab.network.running import Running
from sockets_lab.network.topology import Topology
from sockets_lab.network.wire import Wire
from sockets_lab.observe.packets import Packet, Packets
from sockets_lab.peers.interrupts import HeldInterrupts

LIMIT_BYTES = 1 << 30
LEAST_MTU, MOST_MTU = 1280, 9000  # IPv6 needs the first, RFC 8200 section 5


class NetworkTimeout(RuntimeError):
    """What was waited for did not happen; the text says what was seen instead."""


class Network:
    """Hosts and the wires between them.

    Without names there are two hosts, ``client`` and ``server``. Without ``wires`` each host is joined to the next, so
    that ``Network("client", "router", "server")`` has a router in the middle: a host of several wires passes on what is
    not for it.

    Args:
        hosts: their names.
        wires: pairs of names, for another shape than a chain.
        seed: of all chances; None takes one by chance, which ``net.seed`` tells.
        mtu: the longest packet in bytes, 1280 to 9000.
        rules: for the only wire, or the first.
        limit_bytes: memory for the record of packets; what comes later is counted.
        impairments: for all wires and both directions: see ``Wire.impair``.
    Attributes:
        seed: as used.
        hosts: by name.
        wires: in order.
    Raises:
        NetworkUnavailable: this process cannot make a network, and what to do.
        ValueError: a name, a wire or a number makes no sense.
        TypeError: there is no such impairment; that is no rule.
    Resources:
        a process, a descriptor for each host, two for each wire and four more; released by ``close()``, at the end of
        the ``with`` block, when the network is no longer used, or with this process, whatever ends it.
    Source: network_namespaces(7), veth(4), packet(7).
    """

    def __init__(
        self,
        *hosts: str,
        wires: Sequence[tuple[str, str]] | None = None,
        seed: int | None = None,
        mtu: int = 1500,
        rules: Sequence[Rule] = (),
        limit_bytes: int = LIMIT_BYTES,
        **impairments: Any,
    ) -> None:
        self._topology = Topology.plan(hosts or ("client", "server"), wires)
        if not LEAST_MTU <= mtu <= MOST_MTU:
            raise ValueError(f"mtu is in bytes, {LEAST_MTU} to {MOST_MTU}, not {mtu!r:.40}")
        self.seed = random.SystemRandom().randrange(1 << 32) if seed is None else int(seed)
        with HeldInterrupts():  # half a network would have nobody to end it
            self._running = Running(self._topology, self.seed, mtu, limit_bytes)
        try:
            self.hosts = {
                name: Host(name, self._topology.interfaces_of(name), self._running) for name in self._topology.hosts
            }
            self.wires = [Wire(self._running, at, pair) for at, pair in enumerate(self._topology.wires)]
            for wire in self.wires if impairments else ():
                wire.impair(**impairments)
            if rules:
                self.wires[0].add(*rules)
        except BaseException:
            self._running.close()
            raise

    def host(self, name: str) -> Host:
        """A host; ``with net.host(name):`` makes the sockets created inside belong to it.

        Raises:
            ValueError: there is none of that name.
        """
        if name not in self.hosts:
            raise ValueError(f"there is no host {name!r:.40}; there are {', '.join(self.hosts)}")
        return self.hosts[name]

    def wire(self, first: str = "", second: str = "") -> Wire:
        """The wire between two hosts, or the only one.

        Raises:
            ValueError: no wire joins those two, or there are several and none was named.
        """
        if not first and len(self.wires) == 1:
            return self.wires[0]
        for wire in self.wires:
            if {first, second} == set(wire.hosts):
                return wire
        there_are = ", ".join(" - ".join(wire.hosts) for wire in self.wires)
        raise ValueError(f"no wire joins {first!r:.40} and {second!r:.40}; there are {there_are}")

    @property
    def running(self) -> bool:
        """True until ``close()``."""
        return self._running.alive

    def packets(self) -> Packets:
        """All packets that hosts have put on wires up to now, in the order of time; ``print`` shows a table.

        Readable after ``close()`` too.

        Raises:
            HelperGone: something ended the wires' process.
        """
        return self._running.packets()

    def losses(self) -> list[str]:
        """Packets that were lost although no rule and no impairment says so, in words; empty if there are none."""
        return self._running.losses()

    def wait_for(self, chosen: Callable[[Packet], object], *, count: int = 1, timeout_s: float = 2.0) -> Packets:
        """Wait until ``count`` packets were put on wires for which ``chosen(packet)`` is true; those packets.

        Raises:
            NetworkTimeout: naming what was seen instead.
        """
        deadline = time.monotonic() + timeout_s
        while len(found := (seen := self.packets()).where(chosen)) < count:
            if time.monotonic() > deadline:
                raise NetworkTimeout(f"{len(found)} of {count} packets within {timeout_s:g} s; seen:\n{seen}")
            time.sleep(0.002)
        return found

    def settle(self, *, quiet_s: float = 0.05, timeout_s: float = 5.0) -> None:
        """Wait until no packet is under way, and none has been sent for ``quiet_s`` seconds.

        Raises:
            NetworkTimeout: they never stopped.
        """
        deadline = time.monotonic() + timeout_s
        quiet_from, before = time.monotonic(), -1
        while True:
            self._running.tell({})
            now, recorded = time.monotonic(), self._running.status["recorded"]
            if self._running.status["under_way"] or recorded != before:
                quiet_from, before = now, recorded
            elif now - quiet_from >= quiet_s:
                return
            if now > deadline:
                raise NetworkTimeout(f"packets were still being sent after {timeout_s:g} s; stop the senders first")
            time.sleep(0.002)

    def close(self) -> None:
        """End the wires and let go of the hosts; what was recorded stays readable. A second call does nothing."""
        with HeldInterrupts():
            self._running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        shape = ", ".join(" - ".join(wire) for wire in self._topology.wires)
        return f"<network {shape}; seed {self.seed}; {'running' if self.running else 'closed'}>"
