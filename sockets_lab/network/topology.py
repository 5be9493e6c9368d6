"""Which hosts there are, which wires join them, and every address and route that follows from it.

Wire number k has the networks 10.0.k.0/24 and fd00:0:0:k::/64; host number n (from 1) has the last number n in each
network that it is in, so that an address tells host and wire.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

PREFIX_BITS, PREFIX_BITS_6 = 24, 64
MOST_HOSTS, MOST_WIRES = 200, 120


@dataclass(frozen=True)
class Interface:
    """A host's end of a wire.

    Attributes:
        name: in the host, such as ``eth0``.
        port: the name of the other end of its pair, where the wire takes over.
    """

    host: str
    name: str
    wire: int
    end: int
    mac: str
    address: str
    address6: str
    link_local: str
    port: str


@dataclass(frozen=True)
class Route:
    """What goes to ``network`` leaves ``host`` through ``interface`` for ``gateway``."""

    host: str
    network: str
    prefix_bits: int
    gateway: str
    interface: str


@dataclass(frozen=True)
class Topology:
    """The plan of a network.

    Attributes:
        hosts: their names.
        wires: for each, the names of the two hosts that it joins.
        interfaces: two for each wire, in the order of the wires.
    """

    hosts: tuple[str, ...]
    wires: tuple[tuple[str, str], ...]
    interfaces: tuple[Interface, ...] = field(default=())

    @classmethod
    def plan(cls, hosts: Sequence[str], wires: Sequence[tuple[str, str]] | None) -> Topology:
        """Name and number everything; without ``wires`` each host is joined to the next.

        Raises:
            ValueError: fewer than two hosts, a name twice, a wire to nobody, a host that no wire leads to.
        """
        joined = tuple(pairwise(hosts)) if wires is None else tuple((a, b) for a, b in wires)
        _refuse_nonsense(hosts, joined)
        counts = dict.fromkeys(hosts, 0)
        interfaces = []
        for number, ends in enumerate(joined):
            for end, host in enumerate(ends):
                interfaces.append(_interface(host, hosts.index(host) + 1, f"eth{counts[host]}", number, end))
                counts[host] += 1
        return cls(tuple(hosts), joined, tuple(interfaces))

    def interfaces_of(self, host: str) -> list[Interface]:
        """Those of one host, in the order of its wires."""
        return [one for one in self.interfaces if one.host == host]

    def other_end(self, interface: Interface) -> Interface:
        """The one at the other end of its wire."""
        return self.interfaces[2 * interface.wire + 1 - interface.end]

    def is_router(self, host: str) -> bool:
        """A host of several wires passes on what is not for it."""
        return len(self.interfaces_of(host)) > 1

    def routes_from(self, start: str) -> list[Route]:
        """To every network that a host is not in itself, the first step of a shortest way."""
        near = {one.wire for one in self.interfaces_of(start)}
        first_step: dict[str, Interface | None] = {start: None}
        routes = []
        queue = deque([start])
        while queue:
            host = queue.popleft()
            for interface in self.interfaces_of(host):
                step = first_step[host] or interface
                if interface.wire not in near:
                    near.add(interface.wire)
                    routes += self._route(start, interface.wire, step)
                other = self.other_end(interface)
                if other.host not in first_step:
                    first_step[other.host] = step
                    queue.append(other.host)
        return routes

    def _route(self, start: str, wire: int, step: Interface) -> list[Route]:
        gateway = self.other_end(step)
        return [
            Route(start, f"10.0.{wire}.0", PREFIX_BITS, gateway.address, step.name),
            Route(start, f"fd00:0:0:{wire:x}::", PREFIX_BITS_6, gateway.address6, step.name),
        ]


def _interface(host: str, number: int, name: str, wire: int, end: int) -> Interface:
    group = f"{wire:x}:" if wire else ""
    return Interface(
        host,
        name,
        wire,
        end,
        f"02:00:00:00:{wire:02x}:{number:02x}",
        f"10.0.{wire}.{number}",
        f"fd00:0:0:{group}:{number:x}" if wire else f"fd00::{number:x}",
        f"fe80::{number:x}",
        f"wire{wire}-{end}",
    )


def _refuse_nonsense(hosts: Sequence[str], wires: Sequence[tuple[str, str]]) -> None:
    if len(hosts) < 2 or len(set(hosts)) != len(hosts):
        raise ValueError(f"Network needs two hosts or more, each with a name of its own, not {list(hosts)!r:.80}")
    for name in hosts:
        if not isinstance(name, str) or not name.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"a host's name is made of letters, digits, - and _, not {name!r:.40}")
    if len(hosts) > MOST_HOSTS or len(wires) > MOST_WIRES:
        raise ValueError(f"Network makes up to {MOST_HOSTS} hosts and {MOST_WIRES} wires")
    for a, b in wires:
        for name in (a, b):
            if name not in hosts:
                raise ValueError(
                    f"a wire leads to {name!r:.40}, and there is no such host; there are {', '.join(hosts)}"
                )
        if a == b:
            raise ValueError(f"a wire leads from {a} to itself; it joins two hosts")
    alone = set(hosts) - {name for wire in wires for name in wire}
    if alone:
        raise ValueError(f"no wire leads to {', '.join(sorted(alone))}; name one in wires=")
