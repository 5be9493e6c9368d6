"""A network that runs: its process, its namespaces, its record. Kept by the network, its hosts and its wires alike."""

from __future__ import annotations

import os
import weakref
from typing import Any

from sockets_lab.network.building import Built, build
from sockets_lab.network.journal import CAUSES, COPY, CORRUPTED, DROPPED, FIRST_RULE, OVERTAKEN
from sockets_lab.network.journal_reading import Record, read_journal
from sockets_lab.network.namespaces import NetworkUnavailable, enter_namespace, in_thread, why_no_network
from sockets_lab.network.netlink import Netlink
from sockets_lab.network.rules import Rule
from sockets_lab.network.topology import Topology
from sockets_lab.observe.isolated_process import IsolatedProcess
from sockets_lab.observe.packets import Packet, Packets
from sockets_lab.observe.packets_fate import Fate

MOST_RULES = 200


class Running:
    """What is released when nobody uses the network any more.

    Attributes:
        status: the wires' process's last word: packets under way, recorded, not kept, and dropped at each end.
    """

    def __init__(self, topology: Topology, seed: int, mtu: int, limit_bytes: int) -> None:
        self.topology = topology
        self._rules: list[Rule] = []
        self._journal = os.memfd_create("journal")
        weakref.finalize(self, os.close, self._journal)
        # It starts while the hosts are made, and takes as long.
        self.process = IsolatedProcess(
            "sockets_lab.network.forwarder.main", [self._journal], [limit_bytes], title="the wires' process"
        )
        try:
            self._built = build(topology, mtu)
        except NetworkUnavailable as error:
            self.process.close()
            raise NetworkUnavailable(why_no_network() or str(error)) from None
        except BaseException:
            self.process.close()
            raise
        self._finalizer = weakref.finalize(self, _release, self.process, self._built, os.getpid())
        try:
            plan = {"seed": seed, "mtu": mtu, "hosts": [one.host for one in topology.interfaces]}
            self.status = self.process.ask({"start": plan}, [end.fileno() for end in self._built.ends])
            self._no_room_before = self._count_no_room()
            self._no_room = 0
        except BaseException:
            self._finalizer()
            raise

    @property
    def alive(self) -> bool:
        """True until ``close()``."""
        return self._finalizer.alive

    def namespace(self, host: str) -> int:
        """The descriptor of a host's network; -1 after ``close()``."""
        return self._built.namespaces[host] if self.alive else -1

    def tell(self, request: dict[str, Any]) -> None:
        """Have the wires' process do something; with an empty request, only learn how it stands.

        Raises:
            HelperGone: it has ended.
        """
        self.status = self.process.ask(request)

    def number_rules(self, rules: tuple[Rule, ...]) -> list[int]:
        """The numbers by which the record names them.

        Raises:
            ValueError: there are too many by now.
        """
        first = FIRST_RULE + len(self._rules)
        if len(self._rules) + len(rules) > MOST_RULES:
            raise ValueError(f"a network takes up to {MOST_RULES} rules in its life; make a new Network")
        self._rules += rules
        return list(range(first, first + len(rules)))

    def packets(self) -> Packets:
        """The record up to now."""
        if self.alive:
            self.tell({})
        ends = self.topology.interfaces
        names = {address: one.host for one in ends for address in (one.address, one.address6, one.link_local)}
        found = [self._packet(record) for record in read_journal(self._journal)]
        return Packets(sorted(found, key=lambda packet: packet.time_ns), names=names, warnings=self.losses())

    def losses(self) -> list[str]:
        """What was lost although nothing says so, in words."""
        told = []
        for number, count in enumerate(self.status["dropped"]):
            if count:
                host = self.topology.interfaces[number].host
                told.append(f"{count} packets of {host}'s came faster than the wire could take them: lost unscripted.")
        if self.alive:
            self._no_room = self._count_no_room() - self._no_room_before
        if self._no_room:
            told.append(f"{self._no_room} packets found no room at a wire's end: lost unscripted.")
        if self.status["not_kept"]:
            told.append(f"{self.status['not_kept']} packets more passed when the record was full: not shown.")
        return told

    def close(self) -> None:
        """End it; what was recorded stays readable."""
        if self.alive:
            try:
                self.tell({})
                self.losses()
            finally:
                self._finalizer()

    def _count_no_room(self) -> int:
        """Packets that an interface could not hand to its peer, by the kernel's count."""

        def count() -> int:
            total = 0
            for namespace in [self._built.wiring, *self._built.namespaces.values()]:
                enter_namespace(namespace)
                with Netlink() as netlink:
                    total += sum(netlink.transmit_drops().values())
            return total

        return in_thread(count)

    def _packet(self, record: Record) -> Packet:
        end = self.topology.interfaces[record.end]
        by_rule = record.cause >= FIRST_RULE
        fate = Fate(
            record.arrived_ns or None,
            bool(record.flags & DROPPED),
            bool(record.flags & COPY),
            bool(record.flags & OVERTAKEN),
            record.detail if record.flags & CORRUPTED else None,
            str(self._rules[record.cause - FIRST_RULE]) if by_rule else CAUSES[record.cause],
        )
        receiver = self.topology.other_end(end).host
        return Packet(record.sent_ns, record.frame, len(record.frame), sender=end.host, receiver=receiver, fate=fate)


def _release(process: IsolatedProcess, built: Built, owner: int) -> None:
    process.close()  # before the rings: who lets go of one last waits for the kernel
    if os.getpid() == owner:
        built.close()
