"""What a transfer measured, span by span, beside what the wire was set to; as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sockets_lab.widgets.sliders_transfer import Sample


@dataclass(frozen=True)
class Setting:
    """What the wire does to packets, in each direction.

    Attributes:
        loss: chance that a packet is lost, 0 to 1.
        delay_s: seconds from one end to the other.
        rate_bps: bits a second; None for no limit.
    """

    loss: float
    delay_s: float
    rate_bps: float | None

    @property
    def bandwidth(self) -> str:
        """The rate in words."""
        return "no limit" if self.rate_bps is None else megabits(self.rate_bps)

    def __str__(self) -> str:
        return f"loss {percent(self.loss)}, delay {milliseconds(self.delay_s)}, bandwidth {self.bandwidth}"


@dataclass(frozen=True)
class Measurement:
    """What a span of the transfer brought.

    Attributes:
        until_s: its end, in seconds of transfer.
        seconds: its length.
        received: bytes that the reading program got in it.
        retransmissions: segments that the sender's kernel sent again in it.
        round_trip_s: at its end, smoothed by the sender's kernel; None while no answer has come.
        setting: of the wire, at its end.
    """

    until_s: float
    seconds: float
    received: int
    retransmissions: int
    round_trip_s: float | None
    setting: Setting

    @property
    def throughput_bps(self) -> float:
        """Bits a second that arrived."""
        return self.received * 8 / self.seconds if self.seconds else 0.0

    def __str__(self) -> str:
        round_trip = "unknown" if self.round_trip_s is None else milliseconds(self.round_trip_s)
        return f"{megabits(self.throughput_bps)}, {self.retransmissions} sent again, round trip {round_trip}"

    __repr__ = __str__


def between(before: Sample, after: Sample, begun_s: float, setting: Setting) -> Measurement:
    """The span between two samples of one transfer, of which ``begun_s`` seconds went before the first."""
    seconds = after.at_s - before.at_s
    return Measurement(
        begun_s + seconds,
        seconds,
        after.received - before.received,
        after.sent_again - before.sent_again,
        after.round_trip_s or None,
        setting,
    )


def together(spans: Sequence[Measurement]) -> Measurement:
    """Spans that follow each other, as one; its round trip is their mean."""
    known = [(one.round_trip_s, one.seconds) for one in spans if one.round_trip_s is not None]
    weight = sum(seconds for _, seconds in known)
    return replace(
        spans[-1],
        seconds=sum(one.seconds for one in spans),
        received=sum(one.received for one in spans),
        retransmissions=sum(one.retransmissions for one in spans),
        round_trip_s=sum(value * seconds for value, seconds in known) / weight if weight else None,
    )


def by_seconds(spans: Sequence[Measurement], least_s: float = 1.0) -> list[Measurement]:
    """Rows of a table: a second each, and another whenever the wire was set anew."""
    rows: list[list[Measurement]] = []
    for one in spans:
        row = rows[-1] if rows else None
        if row is None or row[0].setting != one.setting or sum(part.seconds for part in row) > least_s - 0.05:
            rows.append([one])
        else:
            row.append(one)
    return [together(row) for row in rows]


def table(spans: Sequence[Measurement]) -> str:
    """A line a second: when, what the wire was set to, and what was measured."""
    head = f"{'until':>7}  {'loss':>6}  {'delay':>6}  {'bandwidth':>12}  {'throughput':>12}  sent again  round trip"
    lines = [
        f"{one.until_s:5.1f} s  {percent(one.setting.loss):>6}  {milliseconds(one.setting.delay_s):>6}  "
        f"{one.setting.bandwidth:>12}  {megabits(one.throughput_bps):>12}  {one.retransmissions:>10}  "
        f"{'-' if one.round_trip_s is None else milliseconds(one.round_trip_s):>10}"
        for one in by_seconds(spans)
    ]
    return "\n".join([head, *lines])


def megabits(rate_bps: float) -> str:
    """Such as ``7.6 Mbit/s``."""
    return f"{rate_bps / 1e6:.3g} Mbit/s" if rate_bps < 99.95e6 else f"{rate_bps / 1e6:,.0f} Mbit/s"


def milliseconds(seconds: float) -> str:
    """Such as ``25 ms``."""
    return f"{seconds * 1000:.3g} ms" if seconds < 0.9995 else f"{seconds * 1000:,.0f} ms"


def percent(chance: float) -> str:
    """Such as ``5 %``."""
    return f"{chance * 100:.3g} %"
