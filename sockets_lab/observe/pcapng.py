"""Packets to pcapng and back.

Source: IETF draft-ietf-opsawg-pcapng, the sections named at each block. Own code: the libraries that write
pcapng write neither an interface's name nor a packet's comment and direction.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from sockets_lab.observe.packets import Packet
from sockets_lab.observe.packets_fate import Fate

SECTION, INTERFACE, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 3, 6
_MAGIC = 0x1A2B3C4D
_END, _COMMENT, _IF_NAME, _IF_TSRESOL, _IF_TSOFFSET, _EPB_FLAGS = 0, 1, 2, 9, 14, 2
_INBOUND, _OUTBOUND = 1, 2
_NANOSECONDS = 9
_TO = " to "


class PcapngError(ValueError):
    """The file is not pcapng, or damaged; the text says where."""


def write_pcapng(path: str | PathLike[str], packets: Iterable[Packet]) -> None:
    """Write packets to a file: one section, an interface for each place of capture, nanoseconds.

    Raises:
        OSError: the file cannot be written.
    """
    interfaces: dict[tuple[str, int], int] = {}
    blocks = [_block(SECTION, struct.pack("<IHHq", _MAGIC, 1, 0, -1), [])]
    for packet in packets:
        name = f"{packet.sender}{_TO}{packet.receiver}" if packet.sender else packet.interface
        key = (name, packet.link_type)
        if key not in interfaces:
            interfaces[key] = len(interfaces)
            options = [(_IF_NAME, name.encode())] if name else []
            options.append((_IF_TSRESOL, bytes([_NANOSECONDS])))
            blocks.append(_block(INTERFACE, struct.pack("<HHI", packet.link_type, 0, 0), options))
        blocks.append(_enhanced(packet, interfaces[key]))
    Path(path).write_bytes(b"".join(blocks))


def _enhanced(packet: Packet, interface: int) -> bytes:
    """Section 4.3."""
    size = len(packet.frame)
    head = struct.pack(
        "<IIIII",
        interface,
        packet.time_ns >> 32,
        packet.time_ns & 0xFFFFFFFF,
        size,
        max(size, packet.original_bytes),
    )
    comment = packet.decision or packet.note
    options = [(_COMMENT, comment.encode())] if comment else []
    if packet.outgoing is not None:
        options.append((_EPB_FLAGS, struct.pack("<I", _OUTBOUND if packet.outgoing else _INBOUND)))
    return _block(ENHANCED, head + packet.frame + bytes(-size % 4), options)


def _block(kind: int, body: bytes, options: list[tuple[int, bytes]]) -> bytes:
    """Sections 3.1 and 3.5."""
    for code, value in options:
        body += struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)
    if options:
        body += struct.pack("<HH", _END, 0)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


@dataclass(frozen=True, slots=True)
class _Interface:
    name: str
    link_type: int
    snap_bytes: int
    ticks_per_s: int
    offset_s: int

    def ns(self, ticks: int) -> int:
        return ticks * 1_000_000_000 // self.ticks_per_s + self.offset_s * 1_000_000_000


def read_pcapng(path: str | PathLike[str]) -> Iterator[Packet]:
    """The packets of a file, in its order. Blocks that hold no packets are passed over.

    Raises:
        OSError: the file cannot be read.
        PcapngError: it is not a pcapng file, or damaged.
    """
    data = Path(path).read_bytes()
    if data[:4] != struct.pack("<I", SECTION):
        raise PcapngError(f"{path} is not a pcapng file: it begins with {data[:4]!r}; save it as pcapng first")
    order, interfaces, at = "<", list[_Interface](), 0
    while at < len(data):
        try:
            if data[at : at + 4] == data[:4]:
                order = "<" if struct.unpack_from("<I", data, at + 8)[0] == _MAGIC else ">"
                interfaces = []
            kind, size = struct.unpack_from(order + "II", data, at)
            if size < 12 or size % 4 or at + size > len(data):
                raise PcapngError(f"{path}: the block at byte {at} says that it has {size} bytes; the file is damaged")
            body = data[at + 8 : at + size - 4]
            if kind == INTERFACE:
                interfaces.append(_read_interface(body, order))
            elif kind == ENHANCED:
                yield _read_enhanced(body, order, interfaces)
            elif kind == SIMPLE:
                yield _read_simple(body, order, interfaces)
        except (struct.error, IndexError, OverflowError) as error:
            raise PcapngError(f"{path}: the block at byte {at} cannot be read: {error}; the file is damaged") from error
        at += size


def _read_interface(body: bytes, order: str) -> _Interface:
    """Section 4.2."""
    link_type, _, snap_bytes = struct.unpack_from(order + "HHI", body)
    options = _options(body[8:], order)
    resolution = options.get(_IF_TSRESOL, b"\x06")[0]
    ticks = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    (offset,) = struct.unpack(order + "q", options.get(_IF_TSOFFSET, bytes(8)))
    name = options.get(_IF_NAME, b"").decode(errors="replace")
    return _Interface(name, link_type, snap_bytes, ticks, offset)


def _read_enhanced(body: bytes, order: str, interfaces: list[_Interface]) -> Packet:
    number, high, low, kept, original = struct.unpack_from(order + "IIIII", body)
    interface = interfaces[number]
    options = _options(body[20 + kept + -kept % 4 :], order)
    time_ns = interface.ns(high << 32 | low)
    note = options.get(_COMMENT, b"").decode(errors="replace")
    sender, _, receiver = interface.name.partition(_TO)
    fate = Fate.from_words(note, time_ns) if receiver else None
    direction = struct.unpack(order + "I", options[_EPB_FLAGS])[0] & 3 if _EPB_FLAGS in options else 0
    return Packet(
        time_ns,
        body[20 : 20 + kept],
        original,
        interface.link_type,
        sender if receiver else "",
        receiver,
        interface.name if not receiver else "",
        {_INBOUND: False, _OUTBOUND: True}.get(direction),
        fate,
        "" if fate else note,
    )


def _read_simple(body: bytes, order: str, interfaces: list[_Interface]) -> Packet:
    """Section 4.4: no time, the first interface."""
    (original,) = struct.unpack_from(order + "I", body)
    first = interfaces[0]
    kept = min(original, first.snap_bytes or original)
    return Packet(0, body[4 : 4 + kept], original, first.link_type, interface=first.name)


def _options(raw: bytes, order: str) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(raw):
        code, size = struct.unpack_from(order + "HH", raw, at)
        if code == _END:
            break
        found.setdefault(code, raw[at + 4 : at + 4 + size])
        at += 4 + size + -size % 4
    return found
