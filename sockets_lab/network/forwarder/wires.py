"""The ends of the wires: packets are taken in, decided about, recorded, and handed over when they are due."""

from __future__ import annotations

import heapq
import itertools
import time

from sockets_lab.network import journal
from sockets_lab.network.forwarder.decisions import Decision, Direction
from sockets_lab.network.forwarder.frame_ring import (
    BATCH,
    KEPT,
    LENGTH,
    LINK_HEADER_AT,
    NANOSECONDS,
    OFFSET,
    SECONDS,
    STATUS_USER,
    FrameRing,
)
from sockets_lab.network.journal import JournalWriter, Slot, fill_in
from sockets_lab.observe.clock import monotonic_ahead_ns

HOLD_AT_MOST_NS = 50_000_000  # a packet that nothing passes goes on, long before TCP sends it again (RTO: 200 ms)


TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket


class Pending:
    """A packet on its way.

    Attributes:
        behind: how many of its direction must pass it first.
        gone: it was handed over.
    """

    __slots__ = ("behind", "frame", "gone", "slot")

    def __init__(self, frame: bytes, slot: Slot | None, behind: int) -> None:
        self.frame = frame
        self.slot = slot
        self.behind = behind
        self.gone = False


class End:
    """One end of a wire.

    Attributes:
        number: among all ends of the network.
        ring: what the host sends comes in here.
        direction: decides about it.
        other: socket at the other end.
        plain: nothing is to be decided.
        under_way: how many packets of its direction are.
        held: those of them that wait for others to pass.
    """

    def __init__(self, number: int, ring: FrameRing, direction: Direction, other: _socket.socket) -> None:
        self.number = number
        self.ring = ring
        self.direction = direction
        self.other = other
        self.plain = True
        self.under_way = 0
        self.held: list[Pending] = []


class Wires:
    """All ends, one journal, one schedule."""

    def __init__(self, ends: list[End], record: JournalWriter) -> None:
        self._ends = ends
        self._record = record
        self._due: list[tuple[int, int, End, Pending]] = []
        self._numbers = itertools.count()

    def take_in(self) -> bool:
        """Take what has come at each end, up to a batch; False if nothing had."""
        busy = False
        for end in self._ends:
            ring = end.ring
            if ring.words[ring.next * ring.stride >> 2] & STATUS_USER:
                busy = True
                if end.plain and not end.under_way:
                    self._pass_on(end)
                else:
                    self._decide_each(end)
        return busy

    def next_due_ns(self) -> int:
        """When the next packet is due, on the monotonic clock; 0 if none is under way."""
        return self._due[0][0] if self._due else 0

    def under_way(self) -> int:
        """How many packets are."""
        return sum(end.under_way for end in self._ends)

    def _pass_on(self, end: End) -> None:
        """The short way: a batch from the ring to the other end, recorded as it lies there."""
        ring, record = end.ring, self._record
        count = ring.ready()
        lengths = ring.column(KEPT, count).tolist()
        offsets = {word & 0xFFFF for word in ring.column(OFFSET, count).tolist()}
        if lengths != ring.column(LENGTH, count).tolist() or offsets != {LINK_HEADER_AT}:
            self._decide_each(end)
            return
        now = time.time_ns()
        if sum(lengths) * 2 > count * ring.stride:
            first = ring.next * ring.stride
            frames = ring.view[first : first + count * ring.stride]
            slot = record.write_batch(end.number, frames, ring.stride, count, now)
            slots = [slot and (slot[0], slot[1] + at * ring.stride) for at in range(count)]
        else:
            seconds, nanoseconds = ring.column(SECONDS, count).tolist(), ring.column(NANOSECONDS, count).tolist()
            slots = []
            for at in range(count):
                start = (ring.next + at) * ring.stride + LINK_HEADER_AT
                sent = seconds[at] * 1_000_000_000 + nanoseconds[at]
                slots.append(record.write(end.number, ring.view[start : start + lengths[at]], sent, now, 0, 0, 0))
        for failed in ring.send(end.other.fileno(), count):
            fill_in(slots[failed], 0, journal.DROPPED, journal.NOT_SENT)
        ring.give_back(count)

    def _refuse_long(self, end: End) -> None:
        """A packet longer than the wire's: somebody changed the host's interface."""
        frame, sent = self._next_frame(end)
        self._record.write(end.number, frame, sent, 0, journal.DROPPED, journal.TOO_LONG, 0)

    @staticmethod
    def _next_frame(end: End) -> tuple[bytes, int]:
        ring = end.ring
        words = ring.words
        at = ring.next * ring.stride
        word = at >> 2
        start = at + (words[word + OFFSET] & 0xFFFF)
        frame = bytes(ring.view[start : start + words[word + KEPT]])
        sent = words[word + SECONDS] * 1_000_000_000 + words[word + NANOSECONDS]
        words[word] = 0
        ring.next = (ring.next + 1) & ring.mask
        return frame, sent

    def _decide_each(self, end: End) -> None:
        ring = end.ring
        ahead = monotonic_ahead_ns()
        for _ in range(BATCH):
            word = ring.next * ring.stride >> 2
            if not ring.words[word] & STATUS_USER:
                return
            if ring.words[word + KEPT] != ring.words[word + LENGTH]:
                self._refuse_long(end)
                continue
            frame, sent = self._next_frame(end)
            # By the clock of the schedule: what keeps its order by another clock may lose it on the way to this one.
            decision = end.direction.decide(frame, sent + ahead)
            if decision.flags & journal.DROPPED:
                self._record.write(end.number, frame, sent, 0, decision.flags, decision.cause, decision.corrupted_at)
            else:
                self._schedule(end, frame, sent, decision)

    def _schedule(self, end: End, frame: bytes, sent: int, decision: Decision) -> None:
        due = decision.due_ns
        for copy in range(decision.copies + 1):
            flags = decision.flags | (journal.OVERTAKEN if decision.behind else 0) | (journal.COPY if copy else 0)
            slot = self._record.write(end.number, frame, sent, 0, flags, decision.cause, decision.corrupted_at)
            pending = Pending(decision.frame, slot, decision.behind)
            end.under_way += 1
            if decision.behind:
                end.held.append(pending)
                self._push(due + HOLD_AT_MOST_NS, end, pending)
            else:
                self._push(due, end, pending)
        if not decision.behind and end.held:
            self._let_pass(end, due)

    def _let_pass(self, end: End, due: int) -> None:
        """One more has passed those that are held; who has waited long enough follows it."""
        for pending in end.held:
            pending.behind -= 1
            if not pending.behind:
                self._push(due, end, pending)
        end.held = [pending for pending in end.held if pending.behind and not pending.gone]

    def _push(self, due: int, end: End, pending: Pending) -> None:
        heapq.heappush(self._due, (due, next(self._numbers), end, pending))

    def deliver_due(self) -> None:
        """Hand over what is due."""
        due = self._due
        while due and due[0][0] <= time.monotonic_ns():
            _, _, end, pending = heapq.heappop(due)
            if pending.gone:  # it was held, and went on behind the others before this moment
                continue
            pending.gone = True
            end.under_way -= 1
            arrives_ns = time.time_ns()  # before the send: what is answered has arrived
            try:
                end.other.send(pending.frame)
            except OSError:
                fill_in(pending.slot, 0, journal.DROPPED, journal.NOT_SENT)
            else:
                fill_in(pending.slot, arrives_ns)
