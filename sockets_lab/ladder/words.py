"""What a packet says and what became of it, in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from sockets_lab.observe.decode_headers import ACK, FIN, RST, SYN, Icmp, Ipv4, Ipv6, Tcp, Udp
from sockets_lab.observe.packets import Packet
from sockets_lab.observe.packets_flows import InFlow

SHOWN_BYTES = 14
DUPLICATE_ACKS = 3  # that many make a sender send again without waiting: RFC 5681 section 3.2

# What a row or an arrow is marked with, and what the mark means.
MARKS = {
    "dropped": "a wire dropped it: it never arrives",
    "under way": "it had not arrived when the recording ended",
    "sent again": "a retransmission: it carries nothing that was not sent before",
    "copy": "a duplicate that the wire made",
    "corrupted": "the wire turned a bit: the receiver finds the checksum wrong and throws it away",
    "ahead": "out of order: bytes before it are still missing at the receiver",
    "had already": "the receiver had all of it already",
    "held back": "the wire held it until others had passed",
    "reset": "the connection is broken off, at once",
    "zero window": "the receiver has no room: the sender must wait",
    "asks again": "a duplicate acknowledgement: it asks for the same byte once more",
    "error": "the network or the kernel could not deliver something",
}


@dataclass
class Told:
    """A packet in words."""

    label: str
    words: str
    marks: list[str] = field(default_factory=list)


@dataclass
class _Side:
    """What one end of a connection has said."""

    sent: list[tuple[int, int, int]] = field(default_factory=list)  # begin, end, the packet's number
    ack: int | None = None
    window: int | None = None
    same_acks: int = 0
    fin_at: int | None = None
    handshake_over: bool = False


class Teller:
    """Tells packet by packet, in the order in which they were sent."""

    def __init__(self) -> None:
        self._sides: dict[tuple[int, int], _Side] = {}
        self._lost: set[int] = set()
        self._numbers: dict[bytes, tuple[int, Told]] = {}

    def tell(self, number: int, packet: Packet, flow: InFlow | None, source: int, target: int) -> Told:
        """What the packet with this number says and, as far as its sender's end goes, what became of it."""
        if packet.fate is not None and packet.fate.copy and packet.frame in self._numbers:
            first, before = self._numbers[packet.frame]
            told = Told(before.label, f"a copy of #{first} that the wire made", ["copy"])
        elif packet.tcp is not None and flow is not None:
            told = self._segment(number, packet, packet.tcp, flow, source, target)
        else:
            told = _other(packet)
        self._numbers[packet.frame] = number, told
        return self._with_fate(number, packet, told)

    def _with_fate(self, number: int, packet: Packet, told: Told) -> Told:
        fate = packet.fate
        told = Told(told.label, told.words, list(told.marks))
        if fate is None:
            return told
        if fate.dropped:
            self._lost.add(number)
            told.marks.insert(0, "dropped")
            told.words += f"; the wire dropped it: {fate.cause}" if fate.cause else "; the wire dropped it"
        elif fate.arrived_ns is None:
            told.marks.insert(0, "under way")
            told.words += "; still under way"
        if fate.corrupted_at is not None:
            self._lost.add(number)
            told.marks.append("corrupted")
            told.words += f"; the wire turned a bit of byte {fate.corrupted_at}: the receiver throws it away"
        if fate.overtaken:
            told.marks.append("held back")
            told.words += "; the wire held it back until others had passed"
        return told

    def _segment(self, number: int, packet: Packet, tcp: Tcp, flow: InFlow, source: int, target: int) -> Told:
        mine = self._sides.setdefault((flow.flow, source), _Side())
        theirs = self._sides.setdefault((flow.flow, target), _Side())
        size = len(packet.payload)
        length = size + bool(tcp.flags & SYN) + bool(tcp.flags & FIN)
        told = Told(_label(tcp, packet.payload), "")
        if tcp.flags & RST:
            told = self._reset(told, theirs)
        elif tcp.flags & SYN:
            told.words = "agrees, and asks the same in return" if tcp.flags & ACK else "asks for a connection"
        elif tcp.flags & FIN:
            told.words = f"{_bytes(size)}, the last: it will send no more" if size else "has no more to send"
            mine.fin_at = flow.seq + size
        elif size:
            told.words = f"bytes {flow.seq} to {flow.seq + size - 1}" if size > 1 else f"byte {flow.seq}"
        else:
            told = self._acknowledgement(told, tcp, flow, mine, theirs)
        if flow.repeats:
            told = self._again(told, mine, theirs, flow.seq, flow.seq + length)
        if tcp.window == 0 and not tcp.flags & (RST | SYN):
            told.marks.append("zero window")
            told.words += "; no room for more: the other side must wait"
        elif mine.window == 0 and not tcp.flags & (RST | SYN):
            told.words += "; there is room again"
        if length:
            mine.sent.append((flow.seq, flow.seq + length, number))
        if flow.ack is not None:
            mine.ack = flow.ack
        mine.window = None if tcp.flags & (RST | SYN) else tcp.window
        return told

    def _reset(self, told: Told, theirs: _Side) -> Told:
        refused = len(theirs.sent) >= 1 and theirs.ack is None
        told.words = (
            "nobody listens there: the connection is refused" if refused else "breaks the connection off, at once"
        )
        told.marks.append("reset")
        return told

    def _acknowledgement(self, told: Told, tcp: Tcp, flow: InFlow, mine: _Side, theirs: _Side) -> Told:
        ack = flow.ack or 0
        outstanding = any(end > ack for _, end, _ in theirs.sent)
        if mine.sent and flow.seq < max(end for _, end, _ in mine.sent) and theirs.window == 0:
            told.words = "asks whether there is room by now"
        elif not mine.handshake_over and ack == 1 and mine.ack is None and theirs.sent:
            told.words = "the handshake is complete"
        elif ack == mine.ack and mine.window in (None, tcp.window) and outstanding:
            mine.same_acks += 1
            told.marks.append("asks again")
            told.words = f"asks for byte {ack} again: something before what came is missing"
            return told
        elif theirs.fin_at is not None and ack > theirs.fin_at:
            told.words = "has heard that no more will come"
        elif ack == mine.ack and mine.window not in (None, tcp.window):
            told.words = f"has room for another amount now: window {tcp.window}"
        else:
            told.words = f"has everything up to byte {ack - 1}" if ack > 1 else "acknowledges"
        mine.handshake_over, mine.same_acks = True, 0
        return told

    def _again(self, told: Told, mine: _Side, theirs: _Side, begin: int, end: int) -> Told:
        before = [number for first, last, number in mine.sent if first < end and begin < last]
        told.marks.insert(0, "sent again")
        what = told.words
        if before and before[-1] in self._lost:
            why = f"#{before[-1]} did not arrive"
        elif theirs.same_acks >= DUPLICATE_ACKS:
            why = "the receiver has asked for it three times"
        elif before:
            why = f"no answer to #{before[-1]} came in time"
        else:
            why = "no answer came in time"
        told.words = f"again, because {why}: {what}"
        return told


def _label(tcp: Tcp, payload: bytes) -> str:
    return f"{tcp.flag_names} {_bytes(len(payload))} {preview(payload)}" if payload else tcp.flag_names


def _other(packet: Packet) -> Told:
    transport, size = packet.transport, len(packet.payload)
    if isinstance(transport, Udp):
        label = f"UDP {_bytes(size)} {preview(packet.payload)}" if size else "UDP, empty"
        return Told(label, "a datagram of " + (_bytes(size) if size else "no bytes"))
    if isinstance(transport, Icmp):
        if transport.identifier is not None:
            return Told(f"ICMP {transport.name}", f"{transport.name} {transport.sequence}, {_bytes(size)}")
        return Told(f"ICMP {transport.name}", f"an error of the network: {transport.name}", ["error"])
    ip = packet.network
    if isinstance(ip, Ipv4 | Ipv6) and (ip.fragment_offset or ip.more_fragments):
        return Told("IP fragment", f"a part of a packet, from byte {ip.fragment_offset or 0} on")
    return Told("IP packet", f"{_bytes(size)} of a protocol that is not read here")


def preview(payload: bytes) -> str:
    """The first bytes: as text where they are text, as hexadecimal numbers where they are not."""
    shown = payload[:SHOWN_BYTES]
    more = "…" if len(payload) > len(shown) else ""
    if all(32 <= byte < 127 or byte in b"\r\n\t" for byte in shown):
        text = shown.decode("ascii").replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
        return f'"{text}{more}"'
    return shown[: SHOWN_BYTES // 2].hex(" ") + ("…" if len(payload) > SHOWN_BYTES // 2 else "")


def _bytes(size: int) -> str:
    return "1 byte" if size == 1 else f"{size:,} bytes"
