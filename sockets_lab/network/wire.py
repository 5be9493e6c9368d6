"""A wire as its owner handles it: what it does to packets, changeable while it runs, and what it has recorded."""

from __future__ import annotations

from typing import Any

from sockets_lab.network.impairments import Impairments
from sockets_lab.network.rules import Rule
from sockets_lab.network.running import Running
from sockets_lab.observe.packets import Packets


class Wire:
    """The link between two hosts.

    Attributes:
        number: among the network's wires, from 0.
        hosts: the names of the two.
    """

    def __init__(self, running: Running, number: int, hosts: tuple[str, str]) -> None:
        self.number = number
        self.hosts = hosts
        self._running = running
        self._set_to = {host: Impairments() for host in hosts}
        self._rules: list[Rule] = []
        self._numbers: list[int] = []

    def impairments(self, *, sent_by: str) -> Impairments:
        """What it does to the packets of one direction."""
        self._directions(sent_by)
        return self._set_to[sent_by]

    def impair(self, *, sent_by: str = "", **changes: Any) -> None:
        """Change what the wire does, from now on; what is not named stays.

        Args:
            sent_by: only to packets that this host puts on the wire; empty for both directions.
            changes: attributes of ``Impairments``: delay_s, jitter_s, rate_bps, queue_bytes, loss, duplicate, reorder,
                corrupt, cut.
        Raises:
            TypeError: there is no such attribute.
            ValueError: a value or the host makes no sense.
        """
        new = {host: self._set_to[host].changed(changes) for host in self._directions(sent_by)}
        ends = [{"end": 2 * self.number + self.hosts.index(host), "to": one.as_data()} for host, one in new.items()]
        self._running.tell({"impair": ends})
        self._set_to.update(new)

    def cut(self, *, sent_by: str = "") -> None:
        """Let nothing pass, in both directions or in one."""
        self.impair(sent_by=sent_by, cut=True)

    def mend(self) -> None:
        """Undo ``cut``."""
        self.impair(cut=False)

    @property
    def rules(self) -> list[Rule]:
        """Those in force."""
        return list(self._rules)

    def add(self, *rules: Rule) -> None:
        """Put rules in force; they count packets from now on.

        Raises:
            TypeError: that is no rule.
            ValueError: it names a host that is not at this wire.
        """
        for rule in rules:
            if not isinstance(rule, Rule):
                raise TypeError(f"a wire takes rules such as drop(first=SYN), not {rule!r:.60}")
            if rule.kind.host:
                self._directions(rule.kind.host)
        numbers = self._running.number_rules(rules)
        self._put_in_force([*self._rules, *rules], [*self._numbers, *numbers])

    def remove_rules(self) -> None:
        """Put no rule in force any more; impairments stay."""
        self._put_in_force([], [])

    def _put_in_force(self, rules: list[Rule], numbers: list[int]) -> None:
        data = [(number, rule.as_data()) for number, rule in zip(numbers, rules, strict=True)]
        self._running.tell({"rules": [{"wire": self.number, "rules": data}]})
        self._rules, self._numbers = rules, numbers

    def packets(self) -> Packets:
        """Those that were put on this wire."""
        return self._running.packets().where(lambda packet: {packet.sender, packet.receiver} == set(self.hosts))

    def _directions(self, sent_by: str) -> list[str]:
        if sent_by and sent_by not in self.hosts:
            raise ValueError(f"the wire joins {self.hosts[0]} and {self.hosts[1]}; there is no {sent_by!r:.40} at it")
        return [sent_by] if sent_by else list(self.hosts)

    def __repr__(self) -> str:
        first, second = self.hosts
        told = {host: str(one) for host, one in self._set_to.items()}
        if told[first] == told[second]:
            text = told[first]
        else:
            text = f"from {first}: {told[first]}; from {second}: {told[second]}"
        return f"<wire {first} - {second}: {'; '.join([text, *map(str, self._rules)])}>"
