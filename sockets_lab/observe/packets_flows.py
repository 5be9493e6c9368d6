"""What one packet cannot say of itself: sequence numbers from the connection's first, and which packets are repeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sockets_lab.observe.decode import Layers
from sockets_lab.observe.decode_headers import ACK, FIN, RST, SYN, Ipv4, Ipv6, Tcp

_MASK = 0xFFFFFFFF
_HALF = 1 << 31
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class InFlow:
    """A TCP segment seen as part of its connection.

    Attributes:
        flow: the connection's number, from 0, in order of appearance.
        seq: from the direction's first sequence number; a SYN has 0, the first byte 1.
        ack: in the same way of the other direction; None without the ACK flag.
        repeats: it carries nothing that was not sent before.
    """

    flow: int
    seq: int
    ack: int | None
    repeats: bool


class _Direction:
    """What one end has sent."""

    def __init__(self, first_seq: int) -> None:
        self.first_seq = first_seq
        self.next = 0  # relative: one past the highest byte, SYN or FIN that was sent
        self._holes: list[tuple[int, int]] = []  # below it, and not seen: two processors may overtake each other

    def relative(self, number: int) -> int:
        """The distance from the first, which may wrap around, or lie before it in a capture that began late."""
        distance = (number - self.first_seq - self.next) & _MASK
        return self.next + (distance if distance < _HALF else distance - (_MASK + 1))

    def take(self, seq: int, length: int) -> bool:
        """Note what a segment carries; whether all of it was sent before."""
        stop = seq + length
        repeats = stop <= self.next and not any(seq < end and begin < stop for begin, end in self._holes)
        left = [part for begin, end in self._holes for part in ((begin, min(end, seq)), (max(begin, stop), end))]
        if seq > self.next:
            left.append((self.next, seq))
        self._holes = [(begin, end) for begin, end in left if begin < end]
        self.next = max(self.next, stop)
        return repeats


class FlowTracker:
    """Follows connections from packet to packet.

    Source: RFC 9293 section 3.4 (sequence numbers); a new SYN with another number is a new connection.
    """

    def __init__(self) -> None:
        self._flows: dict[Key, tuple[int, dict[Key, _Direction]]] = {}
        self._count = 0

    def place(self, source: Key, destination: Key, tcp: Tcp, payload_bytes: int) -> InFlow:
        """Where a segment from ``source`` to ``destination`` stands in its connection."""
        key = (source, destination) if repr(source) < repr(destination) else (destination, source)
        found = self._flows.get(key)
        ours = found[1].get(source) if found else None
        starts = tcp.flags & SYN and not tcp.flags & ACK
        if found is None or (starts and ours is not None and ours.first_seq != tcp.seq):
            found = self._flows[key] = (self._count, {})
            self._count += 1
            ours = None
        number, directions = found
        if ours is None:
            ours = directions[source] = _Direction(tcp.seq if tcp.flags & SYN else (tcp.seq - 1) & _MASK)
        seq = ours.relative(tcp.seq)
        length = payload_bytes + bool(tcp.flags & SYN) + bool(tcp.flags & FIN)
        repeats = length > 0 and ours.take(seq, length) and not tcp.flags & RST
        return InFlow(number, seq, self._ack(tcp, directions, destination), bool(repeats))

    @staticmethod
    def _ack(tcp: Tcp, directions: dict[Key, _Direction], other: Key) -> int | None:
        if not tcp.flags & ACK:
            return None
        theirs = directions.get(other)
        if theirs is None:
            theirs = directions[other] = _Direction((tcp.ack - 1) & _MASK)
        return theirs.relative(tcp.ack)


def in_flows(packets: Iterable[tuple[str, Layers]]) -> list[InFlow | None]:
    """Where each packet stands in its connection; None for what is not TCP.

    Args:
        packets: in the order of time, each with its wire: a router that sends one on repeats nothing.
    """
    tracker = FlowTracker()
    placed: list[InFlow | None] = []
    for wire, layers in packets:
        ip, tcp = layers.network, layers.transport
        if isinstance(tcp, Tcp) and isinstance(ip, Ipv4 | Ipv6):
            source, destination = (wire, ip.source, tcp.source_port), (wire, ip.destination, tcp.destination_port)
            placed.append(tracker.place(source, destination, tcp, len(layers.payload)))
        else:
            placed.append(None)
    return placed
