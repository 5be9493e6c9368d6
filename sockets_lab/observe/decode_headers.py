"""The headers of packets as plain values, in the words of the RFCs.

Source: RFC 791 (IPv4), 8200 (IPv6), 9293 (TCP), 768 (UDP), 792 (ICMP), 4443 (ICMPv6), 826 (ARP); IEEE 802.3.
"""

from __future__ import annotations

from dataclasses import dataclass

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
FLAG_NAMES = ((SYN, "SYN"), (FIN, "FIN"), (RST, "RST"), (PSH, "PSH"), (ACK, "ACK"), (URG, "URG"), (ECE, "ECE"))

ICMP_NAMES = {0: "echo reply", 3: "unreachable", 5: "redirect", 8: "echo request", 11: "time exceeded"}
ICMP_NAMES |= {12: "parameter problem"}
ICMP6_NAMES = {1: "unreachable", 2: "packet too big", 3: "time exceeded", 4: "parameter problem"}
ICMP6_NAMES |= {128: "echo request", 129: "echo reply", 133: "router solicitation", 134: "router advertisement"}
ICMP6_NAMES |= {135: "neighbour solicitation", 136: "neighbour advertisement", 143: "multicast listener report"}
_UNREACHABLE = {0: "net unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable"}
_UNREACHABLE |= {4: "fragmentation needed", 13: "prohibited"}
_UNREACHABLE6 = {0: "no route", 1: "prohibited", 3: "address unreachable", 4: "port unreachable"}


@dataclass(frozen=True, slots=True)
class Ethernet:
    """The link's header: 14 bytes, 18 with a VLAN tag."""

    destination: str
    source: str
    ethertype: int
    vlan: int | None = None


@dataclass(frozen=True, slots=True)
class Arp:
    """Who has ``target_ip``? Says ``sender_ip``."""

    operation: int
    sender_mac: str
    sender_ip: str
    target_mac: str
    target_ip: str


@dataclass(frozen=True, slots=True)
class Ipv4:
    """20 bytes, and up to 40 more of options.

    Attributes:
        header_bytes: the header's own length, options included.
        total_bytes: header and payload, as the header says.
        fragment_offset: in bytes.
    """

    source: str
    destination: str
    protocol: int
    ttl: int
    identification: int
    dont_fragment: bool
    more_fragments: bool
    fragment_offset: int
    header_bytes: int
    total_bytes: int
    tos: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Ipv6:
    """40 bytes, and extension headers.

    Attributes:
        protocol: what follows the extension headers.
        header_bytes: extension headers included.
        payload_bytes: all that follows the first 40 bytes, as the header says.
        fragment_offset: in bytes; None where there is no fragment header.
    """

    source: str
    destination: str
    protocol: int
    hop_limit: int
    flow_label: int
    traffic_class: int
    header_bytes: int
    payload_bytes: int
    fragment_offset: int | None = None
    more_fragments: bool = False


@dataclass(frozen=True, slots=True)
class TcpOptions:
    """The options of a segment; None where one is absent.

    Attributes:
        mss: bytes.
        window_scale: the shift.
        sack: blocks of ``(left, right)``.
        timestamps: ``(value, echo)``.
        unknown: kinds that are not read here.
    """

    mss: int | None = None
    window_scale: int | None = None
    sack_permitted: bool = False
    sack: tuple[tuple[int, int], ...] = ()
    timestamps: tuple[int, int] | None = None
    unknown: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tcp:
    """20 bytes, and up to 40 more of options. Numbers as they are on the wire.

    Attributes:
        flags: the eight low bits, FIN first.
        window: as sent, before scaling.
    """

    source_port: int
    destination_port: int
    seq: int
    ack: int
    flags: int
    window: int
    checksum: int
    urgent: int
    header_bytes: int
    options: TcpOptions

    @property
    def flag_names(self) -> str:
        """Such as ``SYN ACK``."""
        return " ".join(name for bit, name in FLAG_NAMES if self.flags & bit)


@dataclass(frozen=True, slots=True)
class Udp:
    """8 bytes.

    Attributes:
        length: header and payload, as the header says.
    """

    source_port: int
    destination_port: int
    length: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Icmp:
    """ICMP, or ICMPv6 where ``version`` is 6.

    Attributes:
        identifier: of an echo; None elsewhere.
        sequence: of an echo; None elsewhere.
    """

    version: int
    type: int
    code: int
    checksum: int
    identifier: int | None = None
    sequence: int | None = None

    @property
    def name(self) -> str:
        """What it says, such as ``echo request`` or ``port unreachable``."""
        if self.version == 4:
            names, reasons, unreachable = ICMP_NAMES, _UNREACHABLE, 3
        else:
            names, reasons, unreachable = ICMP6_NAMES, _UNREACHABLE6, 1
        if self.type == unreachable and self.code in reasons:
            return reasons[self.code]
        return names.get(self.type, f"type {self.type}")


Network = Ipv4 | Ipv6 | Arp
Transport = Tcp | Udp | Icmp
