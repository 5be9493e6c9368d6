"""Packets that were captured: each with its time, its bytes, its headers, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from typing import Self, SupportsIndex, overload

from sockets_lab.observe.decode import LINK_ETHERNET, Layers, decode
from sockets_lab.observe.decode_headers import Icmp, Ipv4, Ipv6, Network, Tcp, Transport, Udp
from sockets_lab.observe.packets_fate import Fate
from sockets_lab.observe.packets_flows import InFlow, in_flows


@dataclass(frozen=True)
class Packet:
    """One packet.

    Attributes:
        time_ns: when it was seen, in nanoseconds since 1970; on a wire, when it was sent.
        frame: its bytes, from the link's header on.
        original_bytes: how many bytes it had; more than ``len(frame)`` where not all were kept.
        link_type: pcap's number of the link's kind.
        sender: the host, or empty.
        receiver: the host at the other end of the wire, or empty.
        interface: where it was captured.
        outgoing: whether it left through that interface; None where that is not known.
        fate: what the wire did with it; None if it was not captured on a wire.
        note: a comment of the file that it was read from.
    """

    time_ns: int
    frame: bytes = field(repr=False)
    original_bytes: int = 0
    link_type: int = LINK_ETHERNET
    sender: str = ""
    receiver: str = ""
    interface: str = ""
    outgoing: bool | None = None
    fate: Fate | None = None
    note: str = ""

    @cached_property
    def layers(self) -> Layers:
        """All that can be read of its bytes."""
        return decode(self.frame, self.link_type)

    @property
    def network(self) -> Network | None:
        """Its IPv4, IPv6 or ARP header."""
        return self.layers.network

    @property
    def transport(self) -> Transport | None:
        """Its TCP, UDP or ICMP header."""
        return self.layers.transport

    @property
    def tcp(self) -> Tcp | None:
        """Its TCP header, if it is a segment."""
        return self.transport if isinstance(self.transport, Tcp) else None

    @property
    def udp(self) -> Udp | None:
        """Its UDP header, if it is a datagram."""
        return self.transport if isinstance(self.transport, Udp) else None

    @property
    def icmp(self) -> Icmp | None:
        """Its ICMP or ICMPv6 header, if it has one."""
        return self.transport if isinstance(self.transport, Icmp) else None

    @property
    def source(self) -> str:
        """The IP address that it says it is from; empty if it has none."""
        return self.network.source if isinstance(self.network, Ipv4 | Ipv6) else ""

    @property
    def destination(self) -> str:
        """The IP address that it goes to; empty if it has none."""
        return self.network.destination if isinstance(self.network, Ipv4 | Ipv6) else ""

    @property
    def payload(self) -> bytes:
        """What follows the headers."""
        return self.layers.payload

    @property
    def wire(self) -> str:
        """The two hosts at the ends of its wire, or the interface."""
        return " - ".join(sorted((self.sender, self.receiver))) if self.sender else self.interface

    @property
    def dropped(self) -> bool:
        """A wire dropped it."""
        return self.fate is not None and self.fate.dropped

    @property
    def decision(self) -> str:
        """What the wire did with it, in words; empty if it was not captured on a wire."""
        return self.fate.in_words(self.time_ns) if self.fate else ""


class Packets(list[Packet]):
    """Packets in the order of time; ``print`` shows a table.

    Attributes:
        names: the host to whom an IP address belongs, for the table.
        warnings: what the capture itself lost, in words; empty if nothing.
    """

    def __init__(
        self, packets: Iterable[Packet] = (), *, names: Mapping[str, str] | None = None, warnings: Iterable[str] = ()
    ) -> None:
        super().__init__(packets)
        self.names = dict(names or {})
        self.warnings = list(warnings)

    @overload
    def __getitem__(self, at: SupportsIndex) -> Packet: ...
    @overload
    def __getitem__(self, at: slice) -> Self: ...
    def __getitem__(self, at: SupportsIndex | slice) -> Packet | Self:
        if isinstance(at, slice):
            return self._like(super().__getitem__(at))
        return super().__getitem__(at)

    def where(self, chosen: Callable[[Packet], object]) -> Self:
        """Those for which ``chosen(packet)`` is true, in their order."""
        return self._like(packet for packet in self if chosen(packet))

    def flows(self) -> list[InFlow | None]:
        """Where each stands in its TCP connection; None for what is not TCP, and for a wire's own copies."""
        own = [packet.fate is None or not packet.fate.copy for packet in self]
        followed = [packet for packet, is_own in zip(self, own, strict=True) if is_own]
        placed = iter(in_flows((packet.wire, packet.layers) for packet in followed))
        return [next(placed) if is_own else None for is_own in own]

    def save(self, path: str | PathLike[str]) -> None:
        """Write a pcapng file, which Wireshark opens.

        What became of a packet stands in its comment; a packet that was dropped is in the file too.

        Raises:
            OSError: the file cannot be written.
        """
        from sockets_lab.observe.pcapng import write_pcapng

        write_pcapng(path, self)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a pcapng file, of ours or of another program.

        Raises:
            OSError: the file cannot be read.
            PcapngError: it is not a pcapng file, or damaged.
        """
        from sockets_lab.observe.pcapng import read_pcapng

        return cls(read_pcapng(path))

    def _like(self, packets: Iterable[Packet]) -> Self:
        return type(self)(packets, names=self.names, warnings=self.warnings)

    def __str__(self) -> str:
        from sockets_lab.observe.packets_table import table

        return table(self)

    __repr__ = __str__
