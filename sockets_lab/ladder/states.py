"""The TCP state of both ends of a connection, followed from packet to packet.

Source: RFC 9293, section 3.3.2 (the states) and 3.10.7 (what a segment that arrives does).
"""

from __future__ import annotations

from dataclasses import dataclass

from sockets_lab.observe.decode_headers import ACK, FIN, RST, SYN

AFTER_SENDING_FIN = {"SYN_RECV": "FIN_WAIT1", "ESTABLISHED": "FIN_WAIT1", "CLOSE_WAIT": "LAST_ACK"}
AFTER_FIN_ACKED = {"FIN_WAIT1": "FIN_WAIT2", "CLOSING": "TIME_WAIT", "LAST_ACK": "CLOSE"}
AFTER_FIN_CAME = {"ESTABLISHED": "CLOSE_WAIT", "FIN_WAIT1": "CLOSING", "FIN_WAIT2": "TIME_WAIT"}


@dataclass(frozen=True)
class Segment:
    """What matters of a segment here; numbers count from the connection's first."""

    flags: int
    seq: int
    ack: int | None
    payload_bytes: int

    @property
    def stop(self) -> int:
        """One past what it takes up in the sequence, a FIN not counted."""
        return self.seq + self.payload_bytes + bool(self.flags & SYN)


class End:
    """One end of a connection.

    Attributes:
        state: by the kernel's name.
    """

    def __init__(self, state: str) -> None:
        self.state = state
        self._expected = 0
        self._ahead: list[tuple[int, int]] = []
        self._own_fin: int | None = None
        self._their_fin: int | None = None

    def sends(self, segment: Segment) -> None:
        """It sends a segment."""
        if segment.flags & RST:
            self.state = "CLOSE"
        elif segment.flags & SYN:
            if self.state in ("CLOSE", "LISTEN"):
                self.state = "SYN_RECV" if segment.flags & ACK else "SYN_SENT"
        elif segment.flags & FIN and self._own_fin is None:
            self._own_fin = segment.stop
            self.state = AFTER_SENDING_FIN.get(self.state, self.state)

    def hears(self, segment: Segment) -> str:
        """A segment arrives, intact; ``ahead`` if bytes before it are missing, ``known`` if they were there already."""
        if segment.flags & RST:
            self.state = "CLOSE"
            return ""
        if segment.flags & SYN:
            if self.state == "SYN_SENT":
                self.state = "ESTABLISHED" if segment.flags & ACK else "SYN_RECV"
        elif self.state == "SYN_RECV" and segment.ack:
            self.state = "ESTABLISHED"
        if self._own_fin is not None and segment.ack is not None and segment.ack > self._own_fin:
            self.state = AFTER_FIN_ACKED.get(self.state, self.state)
        order = self._take(segment)
        if segment.flags & FIN:
            self._their_fin = segment.stop
        if self._their_fin is not None and self._expected == self._their_fin:
            self._expected += 1
            self.state = AFTER_FIN_CAME.get(self.state, self.state)
        return order

    def begin_at(self, expected: int) -> None:
        """The capture began in the middle: what came before is there."""
        self._expected = expected

    def _take(self, segment: Segment) -> str:
        start, stop = segment.seq, segment.stop
        if start == stop:
            return ""
        if stop <= self._expected or any(begin <= start and stop <= end for begin, end in self._ahead):
            return "known"
        self._ahead.append((start, stop))
        for begin, end in sorted(self._ahead):
            if begin <= self._expected:
                self._expected = max(self._expected, end)
        self._ahead = [part for part in self._ahead if part[1] > self._expected]
        return "ahead" if start > self._expected else ""
