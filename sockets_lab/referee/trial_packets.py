"""The packets of a trial, for the ladder that a report draws.

They are seen where this process may capture on loopback, as in the lab kernel. A picture only: they decide nothing, and
hostile code may have sent some of them. ``capture()``, a process with a ring, would cost each check more than its
trials do; here the packets are few.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple, Self

from sockets_lab.exercises.model import Trial
from sockets_lab.exercises.table import Table
from sockets_lab.exercises.who import End
from sockets_lab.ladder.building import arrows_of
from sockets_lab.ladder.ends import Ends, ends_of
from sockets_lab.ladder.model import Lifeline
from sockets_lab.observe.clock import time_ns
from sockets_lab.observe.packets import Packet, Packets
from sockets_lab.referee.verdicts import SentPacket

FIRST, LAST = 40, 20  # more of them than a report has room for
MOST = 20_000  # that are looked at: hostile code may send without end
_BUFFER_BYTES = 4 << 20
_LONGEST_FRAME_BYTES = 1 << 17
_ETH_P_ALL, _PACKET_OUTGOING = 3, 4
_SOL_PACKET, _PACKET_STATISTICS = 263, 6  # packet(7)
_SO_TIMESTAMPNS = 35  # socket(7), asm-generic/socket.h
_TIMESPEC = struct.Struct("@qq")


class Seen(NamedTuple):
    """What was seen of a trial.

    Attributes:
        packets: those between the learner's code and the trial, of many the first and the last.
        in_all: how many there were.
        lost: how many came too fast to be seen.
    """

    packets: tuple[SentPacket, ...] = ()
    in_all: int = 0
    lost: int = 0


NOTHING_SEEN = Seen()


class TrialPackets:
    """Listens on loopback while visible trials run.

    Args:
        of_passed: whether the packets of a trial that passed are wanted, too.
    Resources:
        a packet socket, as long as the ``with`` block.
    """

    def __init__(self, *, of_passed: bool) -> None:
        self._of_passed = of_passed
        self._sock: socket.socket | None = None
        self._listens = False
        self._begun_ns = 0

    def begin(self, trial: Trial) -> None:
        """A trial begins: what was sent before belongs to others."""
        self._listens = not trial.hidden
        if not self._listens:
            return
        for _ in self._received():
            pass
        self._lost()
        self._begun_ns = time.time_ns()

    def seen(self, table: Table, *, failed: bool) -> Seen:
        """The packets of the trial that began last; nothing of a hidden one."""
        if not self._listens or not table.steps or not (failed or self._of_passed):
            return NOTHING_SEEN
        chosen: list[tuple[Packet, tuple[str, str]]] = []
        for packet in self._received():
            ends = ends_of(packet)
            names = table.who.of_packet(_end(ends[0]), _end(ends[1]), packet.time_ns) if ends else None
            if names is not None and packet.time_ns >= self._begun_ns:
                chosen.append((packet, names))
        chosen.sort(key=lambda one: one[0].time_ns)
        sent = tuple(_told(chosen, begun_s=min(at for at, _, _ in table.steps)))
        kept = sent if len(sent) <= FIRST + LAST else (*sent[:FIRST], *sent[-LAST:])
        return Seen(kept, len(sent), self._lost())

    def _received(self) -> Iterator[Packet]:
        """Those that lie there; each stands on loopback twice, as it leaves and as it arrives."""
        sock = self._sock
        if sock is None:
            return
        for _ in range(MOST):
            try:
                frame, ancillary, _, address = sock.recvmsg(_LONGEST_FRAME_BYTES, 64)
            except OSError:  # there is no more
                return
            if address[2] != _PACKET_OUTGOING:
                yield Packet(_stamp(ancillary), frame)

    def _lost(self) -> int:
        """How many did not find room since the last look. Source: packet(7), PACKET_STATISTICS."""
        if self._sock is None:
            return 0
        _, dropped = struct.unpack("=II", self._sock.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        return int(dropped)

    def __enter__(self) -> Self:
        self._sock = _open()
        return self

    def __exit__(self, *_: object) -> None:
        if self._sock is not None:
            self._sock.close()


def _open() -> socket.socket | None:
    """A packet socket on loopback; None where there can be none."""
    if sys.platform != "linux":
        return None
    with contextlib.ExitStack() as stack:
        try:
            # Without a protocol at first: it would hear all interfaces until it is bound to one.
            sock = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            sock.bind(("lo", _ETH_P_ALL))
        except OSError:
            return None
        stack.pop_all()
        return sock


def _told(chosen: list[tuple[Packet, tuple[str, str]]], begun_s: float) -> Iterator[SentPacket]:
    """Each packet in words, its time counted from ``begun_s`` of the monotonic clock; what was before is left out."""
    names = sorted({name for _, pair in chosen for name in pair})
    ends = Ends(
        tuple(map(Lifeline, names)),
        Packets(packet for packet, _ in chosen),
        [(names.index(source), names.index(target)) for _, (source, target) in chosen],
    )
    begun_ns = time_ns(round(begun_s * 1e9))
    for arrow in arrows_of(ends, ends.packets.flows()):
        if arrow.sent_ns >= begun_ns:
            yield (
                (arrow.sent_ns - begun_ns) / 1e9,
                names[arrow.source],
                names[arrow.target],
                arrow.label,
                arrow.words,
                arrow.marks,
                arrow.payload_bytes,
            )


def _stamp(ancillary: list[tuple[int, int, bytes]]) -> int:
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            return int(seconds * 1_000_000_000 + nanoseconds)
    return time.time_ns()


def _end(end: tuple[str, str, int]) -> End:
    return end[1], end[2]
