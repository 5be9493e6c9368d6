"""What becomes of a packet: rules first, then the wire's impairments."""

from __future__ import annotations

# The module above it takes longer to import than a wire may take to be ready.
from _collections import deque  # type: ignore[import-not-found]

from sockets_lab.network import journal
from sockets_lab.network.forwarder.chances import NO_CHANCE, Chances, Dice
from sockets_lab.network.forwarder.flows import Flows, Glance
from sockets_lab.network.forwarder.rules_in_force import RuleInForce

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LINK_BYTES = 14


class Decision:
    """What is to happen to a packet.

    Attributes:
        frame: its bytes, corrupted if so decided.
        due_ns: when it arrives, on the monotonic clock.
        flags: the journal's.
        cause: the journal's number of what decided.
        corrupted_at: the byte that was changed.
        copies: how many more arrive.
        behind: how many of its direction pass it first.
        may_pass: it may overtake and be overtaken, as what a rule delays.
    """

    __slots__ = ("behind", "cause", "copies", "corrupted_at", "due_ns", "flags", "frame", "may_pass")

    def __init__(self, frame: bytes, due_ns: int) -> None:
        self.frame = frame
        self.due_ns = due_ns
        self.flags = self.cause = self.corrupted_at = self.copies = self.behind = 0
        self.may_pass = False

    def drop(self, cause: int) -> None:
        """It goes no further; what decided first stays the cause."""
        if not self.flags & journal.DROPPED:
            self.flags |= journal.DROPPED
            self.cause = cause

    def corrupt(self, at: int, bit: int, cause: int) -> None:
        """Turn a bit."""
        if at < len(self.frame):
            changed = bytearray(self.frame)
            changed[at] ^= 1 << bit
            self.frame = bytes(changed)
            self.flags |= journal.CORRUPTED
            self.corrupted_at, self.cause = at, cause


class Settings:
    """A direction's impairments, as ``Impairments`` describes them.

    Attributes:
        passes_all: they do nothing.
        by_chance: some of them depend on chance.
    """

    delay_s: float
    jitter_s: float
    rate_bps: float | None
    queue_bytes: int
    loss: float
    duplicate: float
    reorder: float
    corrupt: float
    cut: bool

    def __init__(self, data: dict[str, Any]) -> None:
        self.__dict__.update(data)
        self.by_chance = any(data[name] for name in ("jitter_s", "loss", "duplicate", "reorder", "corrupt"))
        self.passes_all = self.rate_bps is None and not any(
            value for name, value in data.items() if name not in ("rate_bps", "queue_bytes")
        )


PASS_ALL = Settings(
    {"delay_s": 0.0, "jitter_s": 0.0, "rate_bps": None, "queue_bytes": 0, "loss": 0.0}
    | {"duplicate": 0.0, "reorder": 0.0, "corrupt": 0.0, "cut": False}
)


class WireState:
    """What both directions of a wire share.

    Attributes:
        flows: the connections that it has seen.
        rules: those in force.
    """

    def __init__(self) -> None:
        self.flows = Flows()
        self.rules: list[RuleInForce] = []


class Direction:
    """Decides about the packets that come from one end of a wire.

    Attributes:
        settings: its impairments.
        free_ns: when the last packet that waits under a rate has gone.
        last_due_ns: when the last one of those that keep their order arrives.
    """

    def __init__(self, wire: WireState, dice: Dice, end: int, host: str) -> None:
        self._wire = wire
        self._dice = dice
        self._end = end
        self._host = host
        self.settings = PASS_ALL
        self.free_ns = 0
        self.last_due_ns = 0
        # When each that waits under a rate has gone, and its size: the rate may be another one by now.
        self._waiting: deque[tuple[int, int]] = deque()
        self._waiting_bytes = 0

    @property
    def passes_all(self) -> bool:
        """No rule and no impairment: nothing to decide."""
        return self.settings.passes_all and not self._wire.rules

    def decide(self, frame: bytes, sent_ns: int) -> Decision:
        """What becomes of a packet that was sent at ``sent_ns``, on the monotonic clock."""
        decision = Decision(frame, sent_ns)
        set_to = self.settings
        if self._wire.rules or set_to.by_chance:
            glance = self._wire.flows.glance(frame)
            chances = self._dice.throw(glance)
            extra_ns = self._apply_rules(decision, glance, chances)
        else:
            chances, extra_ns = NO_CHANCE, 0
        if set_to.cut:
            decision.drop(journal.CUT)
        if chances.loss < set_to.loss:
            decision.drop(journal.LOSS)
        if chances.corrupt < set_to.corrupt:
            where = _LINK_BYTES + int(chances.where * (len(frame) - _LINK_BYTES))
            decision.corrupt(where, int(chances.which_bit * 8), journal.CORRUPTION)
        if chances.duplicate < set_to.duplicate:
            decision.copies, decision.cause = 1, decision.cause or journal.DUPLICATION
        if decision.flags & journal.DROPPED or not self._queue(decision, sent_ns):
            return decision
        jitter_s = set_to.jitter_s * (2 * chances.jitter - 1)
        decision.due_ns += max(0, round((set_to.delay_s + jitter_s) * 1e9)) + extra_ns
        if chances.reorder < set_to.reorder and not decision.behind:
            decision.behind, decision.cause = 1 + int(chances.behind * 3), journal.REORDERING
        if not (decision.behind or decision.may_pass):
            decision.due_ns = self.last_due_ns = max(decision.due_ns, self.last_due_ns)
        return decision

    def _apply_rules(self, decision: Decision, glance: Glance, chances: Chances) -> int:
        """Nanoseconds of delay that rules add."""
        extra_ns = 0
        frame = decision.frame
        for one in self._wire.rules:
            if not one.concerns(glance, frame, self._end, self._host):
                continue
            match one.action:
                case "drop":
                    decision.drop(one.cause)
                case "duplicate":
                    decision.copies, decision.cause = decision.copies + 1, one.cause
                case "corrupt":
                    start, size = glance.payload_at, glance.payload_bytes
                    if not size:
                        start, size = _LINK_BYTES, len(frame) - _LINK_BYTES
                    decision.corrupt(start + int(chances.where * size), int(chances.which_bit * 8), one.cause)
                case "delay":
                    extra_ns += round(one.by_s * 1e9)
                    decision.cause, decision.may_pass = one.cause, True
                case "hold":
                    decision.behind, decision.cause = one.behind, one.cause
        return extra_ns

    def _queue(self, decision: Decision, sent_ns: int) -> bool:
        """Wait for a turn under the rate; False if the queue is full."""
        rate = self.settings.rate_bps
        if rate is None:
            return True
        while self._waiting and self._waiting[0][0] <= sent_ns:
            self._waiting_bytes -= self._waiting.popleft()[1]
        size = len(decision.frame)
        if self._waiting and self._waiting_bytes + size > self.settings.queue_bytes:
            decision.drop(journal.QUEUE_FULL)
            return False
        decision.due_ns = self.free_ns = max(self.free_ns, sent_ns) + round(size * 8e9 / rate)
        self._waiting.append((self.free_ns, size))
        self._waiting_bytes += size
        return True
