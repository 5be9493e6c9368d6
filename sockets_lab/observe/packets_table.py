"""Packets as a table of plain text, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sockets_lab.observe.decode_headers import Arp, Icmp, Ipv4, Ipv6, Tcp, Udp
from sockets_lab.observe.packets_flows import InFlow

if TYPE_CHECKING:
    from sockets_lab.observe.packets import Packet, Packets

COLUMNS = ("#", "ms", "wire", "from > to", "", "packet", "what the wire did")
_TO_THE_RIGHT = {"#", "ms"}


def table(packets: Packets) -> str:
    """The text: numbers, times from the first packet, ends, headers, and what the wire did.

    Columns that would be empty are left out, and that of the wire where there is one only.
    """
    if not packets:
        return "\n".join(["no packets", *packets.warnings])
    start = packets[0].time_ns
    seen: dict[tuple[int, str, int], int] = {}
    rows = [
        (
            str(number),
            f"{(packet.time_ns - start) / 1e6:.3f}",
            f"{packet.sender} > {packet.receiver}" if packet.sender else packet.interface,
            _ends(packet, packets.names),
            _protocol(packet),
            _what(packet) if flow is None else _segment(packet, flow, number, seen),
            packet.decision or packet.note,
        )
        for number, (packet, flow) in enumerate(zip(packets, packets.flows(), strict=True), 1)
    ]
    wires = {packet.wire for packet in packets}
    kept = [at for at in range(len(COLUMNS)) if any(row[at] for row in rows) and (at != 2 or len(wires) > 1)]
    lines = [COLUMNS, *rows]
    widths = {at: max(len(line[at]) for line in lines) for at in kept}
    text = ["  ".join(_cell(line[at], COLUMNS[at], widths[at]) for at in kept).rstrip() for line in lines]
    return "\n".join(text + packets.warnings)


def _cell(text: str, column: str, width: int) -> str:
    return text.rjust(width) if column in _TO_THE_RIGHT else text.ljust(width)


def _ends(packet: Packet, names: dict[str, str]) -> str:
    network, transport = packet.network, packet.transport
    if isinstance(network, Arp):
        return f"{names.get(network.sender_ip, network.sender_ip)} > all"
    if not isinstance(network, Ipv4 | Ipv6):
        link = packet.layers.link
        return f"{link.source} > {link.destination}" if link else ""
    if isinstance(transport, Tcp | Udp):
        ports = (transport.source_port, transport.destination_port)
        return " > ".join(
            f"{_host(address, names, bracketed=True)}:{port}"
            for address, port in zip((network.source, network.destination), ports, strict=True)
        )
    return " > ".join(_host(address, names) for address in (network.source, network.destination))


def _host(address: str, names: dict[str, str], *, bracketed: bool = False) -> str:
    if address in names:
        return names[address]
    return f"[{address}]" if bracketed and ":" in address else address


def _protocol(packet: Packet) -> str:
    match packet.transport:
        case Tcp():
            return "TCP"
        case Udp():
            return "UDP"
        case Icmp(version=6):
            return "ICMPv6"
        case Icmp():
            return "ICMP"
    match packet.network:
        case Ipv4() | Ipv6() as ip:
            return f"IP {ip.protocol}"
        case Arp():
            return "ARP"
    return "frame"


def _what(packet: Packet) -> str:
    transport, network = packet.transport, packet.network
    match transport:
        case Tcp():
            text = f"{transport.flag_names:<7}"
        case Udp():
            text = _bytes(packet)
        case Icmp(identifier=None):
            text = transport.name
        case Icmp():
            text = f"{transport.name} id {transport.identifier} seq {transport.sequence}, {_bytes(packet)}"
        case _:
            text = _bytes(packet)
    if isinstance(network, Arp):
        return f"who has {network.target_ip}?" if network.operation == 1 else f"it is at {network.sender_mac}"
    if isinstance(network, Ipv4 | Ipv6) and (network.fragment_offset or network.more_fragments):
        text += f", fragment at {network.fragment_offset}"
    return text + _problem(packet)


def _segment(packet: Packet, flow: InFlow, number: int, seen: dict[tuple[int, str, int], int]) -> str:
    tcp = packet.tcp
    assert tcp is not None
    ack = f" ack {flow.ack}" if flow.ack is not None else ""
    size = f" {_bytes(packet)}" if packet.payload else ""
    mss = f" mss {tcp.options.mss}" if tcp.options.mss is not None else ""
    sack = "".join(f" sack {_near(tcp, flow, left)}-{_near(tcp, flow, right)}" for left, right in tcp.options.sack)
    text = f"{tcp.flag_names:<7} seq {flow.seq}{ack}{size}{mss}{sack}"
    first = number
    if _counts(packet):
        first = seen.setdefault((flow.flow, f"{packet.source} {tcp.source_port}", flow.seq), number)
    if flow.repeats:
        text += f", repeats #{first}" if first != number else ", a repeat"
    return text + _problem(packet)


def _near(tcp: Tcp, flow: InFlow, number: int) -> int:
    """A number of the other direction, counted from that direction's first."""
    return (flow.ack or 0) + ((number - tcp.ack) & 0xFFFFFFFF)


def _counts(packet: Packet) -> bool:
    """It takes up room in the sequence: a mere acknowledgement repeats nothing."""
    return bool(packet.payload) or bool(packet.tcp and packet.tcp.flags & 0b11)


def _bytes(packet: Packet) -> str:
    size = len(packet.payload)
    return "1 byte" if size == 1 else f"{size} bytes"


def _problem(packet: Packet) -> str:
    return f" ({packet.layers.problem})" if packet.layers.problem else ""
