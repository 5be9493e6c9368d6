"""What a wire sees of a packet at a glance, with TCP's numbers counted from the connection's first.

Relative numbers and repeats are the same in every run; ports, first sequence numbers and times are not.
"""

from __future__ import annotations

import struct

TCP_NUMBER, UDP_NUMBER = 6, 17
FIN_BIT, SYN_BIT, ACK_BIT = 1, 2, 16
_MASK, _HALF = 0xFFFFFFFF, 1 << 31
_TCP = struct.Struct("!HHIIBB")


class Glance:
    """What rules and chances are decided by.

    Attributes:
        protocol: IP's number; 0 for what is not IP.
        source_port: 0 for what has none.
        destination_port: 0 for what has none.
        flow: number of the connection on its wire, in order of appearance; 0 for what is not TCP.
        seq: from the direction's first, TCP only.
        ack: in the same way of the other direction; 0 without ACK.
        flags: TCP's.
        payload_bytes: after TCP's or UDP's header, else after IP's.
        payload_at: where the payload begins in the frame.
        transmission: 0, or how often this was sent before; TCP only.
    """

    __slots__ = (
        "ack",
        "destination_port",
        "flags",
        "flow",
        "payload_at",
        "payload_bytes",
        "protocol",
        "seq",
        "source_port",
        "transmission",
    )

    def __init__(self, protocol: int, payload_bytes: int = 0, payload_at: int = 0) -> None:
        self.protocol = protocol
        self.payload_bytes = payload_bytes
        self.payload_at = payload_at
        self.source_port = self.destination_port = 0
        self.flow = self.seq = self.ack = self.flags = self.transmission = 0

    @property
    def in_sequence(self) -> bool:
        """It takes up room in TCP's sequence: sent again, it is the same packet once more."""
        return self.protocol == TCP_NUMBER and (self.payload_bytes > 0 or self.flags & (SYN_BIT | FIN_BIT) != 0)


class _Flow:
    """One connection, as both directions have shown it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.first: dict[bytes, int] = {}  # by the sender's address and port
        self.highest: dict[bytes, int] = {}
        self.repeats: dict[tuple[bytes, int, int, int], int] = {}
        self.last_ack: dict[bytes, tuple[int, int, int]] = {}


class Flows:
    """Follows the connections of one wire."""

    def __init__(self) -> None:
        self._flows: dict[tuple[bytes, bytes], _Flow] = {}
        self._count = 0

    def glance(self, frame: bytes) -> Glance:
        """What can be told of a frame; never raises, whatever the bytes."""
        try:
            kind = frame[12] << 8 | frame[13]
            if kind == 0x0800:
                at = 14 + (frame[14] & 15) * 4
                end = min(len(frame), 14 + (frame[16] << 8 | frame[17]))
                protocol, ends, fragment = frame[23], frame[26:34], (frame[20] & 0x1F) << 8 | frame[21]
                half = 4
            elif kind == 0x86DD:
                at, end = 54, min(len(frame), 54 + (frame[18] << 8 | frame[19]))
                protocol, ends, fragment, half = frame[20], frame[22:54], 0, 16
            else:
                return Glance(0)
            if fragment or protocol not in (TCP_NUMBER, UDP_NUMBER):
                return Glance(protocol, max(0, end - at), at)
            if protocol == UDP_NUMBER:
                glance = Glance(protocol, max(0, end - at - 8), at + 8)
                glance.source_port, glance.destination_port = struct.unpack_from("!HH", frame, at)
                return glance
            return self._segment(frame, at, end, ends[:half], ends[half:])
        except (IndexError, struct.error):
            return Glance(0)

    def _segment(self, frame: bytes, at: int, end: int, source: bytes, destination: bytes) -> Glance:
        source_port, destination_port, seq, ack, offset, flags = _TCP.unpack_from(frame, at)
        ours, theirs = source + frame[at : at + 2], destination + frame[at + 2 : at + 4]
        key = (ours, theirs) if ours < theirs else (theirs, ours)
        flow = self._flows.get(key)
        opens = flags & (SYN_BIT | ACK_BIT) == SYN_BIT
        if flow is None or (opens and flow.first.get(ours, seq) != seq):
            flow = self._flows[key] = _Flow(self._count)
            self._count += 1
        relative = (seq - flow.first.setdefault(ours, seq if flags & SYN_BIT else (seq - 1) & _MASK)) & _MASK
        relative_ack = 0
        if flags & ACK_BIT:
            relative_ack = (ack - flow.first.setdefault(theirs, (ack - 1) & _MASK)) & _MASK
        begin = at + (offset >> 4) * 4
        payload = max(0, end - begin)
        length = payload + (flags & FIN_BIT) + (flags & SYN_BIT) // SYN_BIT
        glance = Glance(TCP_NUMBER, payload, begin)
        glance.source_port, glance.destination_port, glance.flags = source_port, destination_port, flags
        glance.flow, glance.seq, glance.ack = flow.number, relative, relative_ack
        glance.transmission = self._transmission(flow, ours, relative, relative_ack, length, flags)
        return glance

    @staticmethod
    def _transmission(flow: _Flow, ours: bytes, seq: int, ack: int, length: int, flags: int) -> int:
        if not length:
            before = flow.last_ack.get(ours, (-1, 0, 0))
            count = before[2] + 1 if before[:2] == (ack, flags) else 0
            flow.last_ack[ours] = (ack, flags, count)
            return count
        stop = (seq + length) & _MASK
        if ours not in flow.highest or 0 < ((stop - flow.highest[ours]) & _MASK) < _HALF:
            flow.highest[ours] = stop
            return 0
        repeat = (ours, seq, length, flags)
        flow.repeats[repeat] = flow.repeats.get(repeat, 0) + 1
        return flow.repeats[repeat]
