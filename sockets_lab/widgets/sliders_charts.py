"""Three small charts of a transfer, as SVG: throughput, retransmissions and round trip, and what the wire was set to.

Drawn here for both: the live view puts these charts into the page as they are, where ``sliders.css`` gives them the
theme's colours, and a stored picture has them on paper of its own. Measured is a full line or a bar, set is a dashed
line, a change of the setting is a dotted upright: no meaning hangs on a colour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from sockets_lab.widgets.sliders_measurements import Measurement, megabits, milliseconds

SHOWN_S = 30.0
_LEAST_S = 8.0
_WIDTH, _HEIGHT = 320, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 310, 40, 126
_STYLE = """
.sl-paper { fill: #fff } .sl-grid { stroke: #ccc } .sl-axis { stroke: #616161 }
.sl-measured { stroke: #0b57a4; fill: none; stroke-width: 2 } .sl-bar { fill: #0b57a4 }
.sl-set { stroke: #8a4500; fill: none; stroke-width: 1.5; stroke-dasharray: 6 4 }
.sl-change { stroke: #616161; stroke-dasharray: 1 4; stroke-width: 1.5 }
text { font: 11px system-ui, sans-serif; fill: #212121 } .sl-title { font-size: 13px; font-weight: 600 }
"""


@dataclass(frozen=True)
class _Chart:
    title: str
    measured: Callable[[Measurement], float | None]
    wanted: Callable[[Measurement], float | None]
    words: Callable[[float], str]
    least_top: float
    bars: bool = False


_CHARTS = (
    _Chart("Throughput", lambda one: one.throughput_bps, lambda one: one.setting.rate_bps, megabits, 1e6),
    _Chart("Sent again", lambda one: one.retransmissions, lambda one: None, lambda n: f"{n:g}", 4, bars=True),
    _Chart("Round trip", lambda one: one.round_trip_s, lambda one: 2 * one.setting.delay_s, milliseconds, 0.02),
)


def charts(spans: Sequence[Measurement]) -> list[str]:
    """The three charts, an ``svg`` element each, of the last half minute of transfer."""
    return [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(_in_words(chart, spans))}">'
        f"{_drawn(chart, spans)}</svg>"
        for chart in _CHARTS
    ]


def picture(spans: Sequence[Measurement], caption: str) -> str:
    """The three charts side by side, a file of its own."""
    width, height = _WIDTH * len(_CHARTS), _HEIGHT + 24
    drawn = "".join(
        f'<g transform="translate({number * _WIDTH} 0)">{_drawn(chart, spans)}</g>'
        for number, chart in enumerate(_CHARTS)
    )
    words = ". ".join(_in_words(chart, spans) for chart in _CHARTS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(words)}"><style>{_STYLE}</style>'
        f'<rect class="sl-paper" width="{width}" height="{height}"/>{drawn}'
        f'<text x="{_LEFT}" y="{_HEIGHT + 12}">{escape(caption)}</text></svg>'
    )


def _in_words(chart: _Chart, spans: Sequence[Measurement]) -> str:
    values = [value for one in _last(spans) if (value := chart.measured(one)) is not None]
    if not values:
        return f"{chart.title}: nothing measured yet"
    if chart.bars:
        return f"{chart.title}: {sum(values):g} segments, {values[-1]:g} of them in the last quarter second"
    low, high = chart.words(min(values)), chart.words(max(values))
    return f"{chart.title}: {chart.words(values[-1])} now, from {low} to {high}"


def _last(spans: Sequence[Measurement]) -> list[Measurement]:
    until = spans[-1].until_s if spans else 0.0
    return [one for one in spans if one.until_s > until - SHOWN_S]


def _drawn(chart: _Chart, spans: Sequence[Measurement]) -> str:
    shown = _last(spans)
    end = max(shown[-1].until_s if shown else 0.0, _LEAST_S)
    start = max(0.0, shown[0].until_s - shown[0].seconds) if shown else 0.0
    values = [value for one in shown for value in (chart.measured(one), chart.wanted(one)) if value is not None]
    top = _round_up(max([chart.least_top, *values]))

    def x(seconds: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * (seconds - start) / (end - start), 1)

    def y(value: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * value / top, 1)

    parts = [_head(chart, shown), *_axes(chart, top, start, end, y)]
    parts += [_upright(x(change)) for change in _changes(shown)]
    parts.append(_levels(chart, shown, x, y))
    parts.append(_bars(chart, shown, x, y) if chart.bars else _line(chart, shown, x, y))
    return "".join(parts)


def _head(chart: _Chart, shown: list[Measurement]) -> str:
    value = chart.measured(shown[-1]) if shown else None
    if chart.bars:
        now = f"{sum(one.retransmissions for one in shown)} segments"
    else:
        now = "-" if value is None else chart.words(value)
    legend = "bars: in a quarter second" if chart.bars else "full: measured, dashed: set"
    return (
        f'<text class="sl-title" x="{_LEFT}" y="16">{chart.title}</text>'
        f'<text class="sl-title" x="{_RIGHT}" y="16" text-anchor="end">{now}</text>'
        f'<text x="{_LEFT}" y="31">{legend}</text>'
    )


def _axes(chart: _Chart, top: float, start: float, end: float, y: Callable[[float], float]) -> list[str]:
    parts = []
    for value in (0.0, top / 2, top):
        label = f"{value / 1e6:g}" if chart.words is megabits else f"{value * (1 if chart.bars else 1000):g}"
        parts.append(f'<path class="sl-grid" d="M{_LEFT} {y(value)}H{_RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 5}" y="{y(value) + 4}" text-anchor="end">{label}</text>')
    parts.append(f'<path class="sl-axis" d="M{_LEFT} {_BOTTOM}H{_RIGHT}"/>')
    parts.append(f'<text x="{_LEFT}" y="{_BOTTOM + 16}">{start:.0f} s</text>')
    parts.append(f'<text x="{_RIGHT}" y="{_BOTTOM + 16}" text-anchor="end">{end:.0f} s</text>')
    return parts


def _changes(shown: list[Measurement]) -> list[float]:
    """The moments at which the wire was set anew."""
    return [before.until_s for before, after in pairwise(shown) if before.setting != after.setting]


def _upright(x: float) -> str:
    return f'<path class="sl-change" d="M{x} {_TOP}V{_BOTTOM}"/>'


def _levels(chart: _Chart, shown: list[Measurement], x: Callable[[float], float], y: Callable[[float], float]) -> str:
    """What the wire was set to; neighbours of one height are one stroke, so that dashes stay dashes."""
    strokes: list[tuple[float, float, float]] = []
    for one in shown:
        value = chart.wanted(one)
        if value is None:
            continue
        left, right = x(one.until_s - one.seconds), x(one.until_s)
        if strokes and strokes[-1][1:] == (left, value):
            left = strokes.pop()[0]
        strokes.append((left, right, value))
    path = "".join(f"M{left} {y(value)}H{right}" for left, right, value in strokes)
    return f'<path class="sl-set" d="{path}"/>' if path else ""


def _line(chart: _Chart, shown: list[Measurement], x: Callable[[float], float], y: Callable[[float], float]) -> str:
    points = [(x(one.until_s), y(value)) for one in shown if (value := chart.measured(one)) is not None]
    if not points:
        return ""
    path = "M" + "L".join(f"{at} {height}" for at, height in points)
    return f'<path class="sl-measured" d="{path}"/>'


def _bars(chart: _Chart, shown: list[Measurement], x: Callable[[float], float], y: Callable[[float], float]) -> str:
    path = "".join(
        f"M{x(one.until_s - one.seconds)} {_BOTTOM}V{y(value)}H{x(one.until_s)}V{_BOTTOM}Z"
        for one in shown
        if (value := chart.measured(one))
    )
    return f'<path class="sl-bar" d="{path}"/>' if path else ""


def _round_up(value: float) -> float:
    """The next of 1, 2, 4 times a power of ten, for an axis."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 10) if step * power >= value * 0.999)
