"""The drawing of a state machine with the ends that move in it, as SVG."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from typing import Protocol

from sockets_lab.observe.state_machine import StateMachine, Transition
from sockets_lab.widgets.states_layout import BOX_HEIGHT, BOX_WIDTH, WIDTH, Layout, Point, layout_of

LETTERS = "ABCDEFGH"
LINE_HEIGHT = 14
_CORNERS = ((-1, -1), (1, -1), (-1, 1), (1, 1))
_TOKENS = (  # a shape for each end: colour is never all that tells them apart
    '<circle r="11"/>',
    '<rect x="-10" y="-10" width="20" height="20" rx="2"/>',
    '<path d="M0-14 14 0 0 14-14 0Z"/>',
    '<path d="M-7-12 7-12 13 0 7 12-7 12-13 0Z"/>',
)
_STYLE = """
.sl-states { --sl-paper: #fff; --sl-ink: #222; --sl-soft: #666; --sl-line: #8a8a8a; --sl-a: #0b5cad; --sl-b: #a3420a; }
@media (prefers-color-scheme: dark) {
  .sl-states { --sl-paper: #161616; --sl-ink: #eee; --sl-soft: #b0b0b0; --sl-line: #8a8a8a;
    --sl-a: #7cb8f5; --sl-b: #f5a97c; }
}
"""
DRAWING_STYLE = """
.sl-states { background: var(--sl-paper); font: 12.5px system-ui, sans-serif; }
.sl-states text { fill: var(--sl-ink); }
.sl-states .sl-box { fill: var(--sl-paper); stroke: var(--sl-line); stroke-width: 1.2; }
.sl-states .sl-been .sl-box { stroke: var(--sl-ink); stroke-width: 2; }
.sl-states .sl-here .sl-box { stroke: var(--sl-ink); stroke-width: 3.5; }
.sl-states .sl-name { font: 600 13.5px ui-monospace, monospace; text-anchor: middle; }
.sl-states .sl-here .sl-name { font-weight: 800; }
.sl-states .sl-order { font: 11px ui-monospace, monospace; text-anchor: middle; }
.sl-states .sl-arrow { fill: none; stroke: var(--sl-line); stroke-width: 1.2; }
.sl-states .sl-another { stroke-dasharray: 2 3; }
.sl-states .sl-arrow.sl-been { stroke: var(--sl-ink); stroke-width: 2.8; }
.sl-states .sl-head { fill: var(--sl-line); }
.sl-states .sl-head.sl-been { fill: var(--sl-ink); }
.sl-states .sl-label text { fill: var(--sl-soft); }
.sl-states .sl-label.sl-been text { fill: var(--sl-ink); font-weight: 600; }
.sl-states .sl-end { stroke: var(--sl-paper); stroke-width: 1.5; }
.sl-states .sl-end text { fill: var(--sl-paper); stroke: none; font: 700 12px system-ui, sans-serif;
  text-anchor: middle; }
.sl-states .sl-end-0, .sl-states .sl-end-2 { fill: var(--sl-a); }
.sl-states .sl-end-1, .sl-states .sl-end-3 { fill: var(--sl-b); }
"""


class Drawn(Protocol):
    """What the drawing needs to know of an end."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def visited(self) -> Sequence[str]:
        """The names of its states up to now."""


def draw(machine: StateMachine, ends: Sequence[Drawn], lines: Iterable[str] = (), *, live: bool = False) -> str:
    """The drawing.

    Args:
        machine: the table that it is made from.
        ends: those that move in it.
        lines: text below it.
        live: for the widget, which styles it, and lets each state have the focus.
    """
    layout = layout_of(machine)
    text = [part for line in lines for part in textwrap.wrap(line, 88, subsequent_indent="    ") or [""]]
    height = layout.height + (len(text) * 16 + 12 if text else 0)
    title = f"{machine.title}: the states of {', '.join(end.name for end in ends) or 'a socket'}"
    description = ". ".join(f"{end.name} is in {end.visited[-1]}" for end in ends)
    style = "" if live else f"<style>{_STYLE}{DRAWING_STYLE}</style>"
    role = 'role="group"' if live else 'role="img"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sl-states" viewBox="0 0 {WIDTH} {height:g}" '
        f'width="{WIDTH}" height="{height:g}" {role} aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{style}"
        + "".join(_arrow(one, layout, ends) for one in machine.transitions if one.drawn)
        + "".join(_state(name, machine, layout, ends, live) for name in machine.names)
        + "".join(_token(number, end, layout) for number, end in enumerate(ends[: len(_CORNERS)]))
        + "".join(
            f'<text x="14" y="{layout.height + 14 + 16 * number:g}" xml:space="preserve">{escape(line)}</text>'
            for number, line in enumerate(text)
        )
        + "</svg>"
    )


def _arrow(one: Transition, layout: Layout, ends: Sequence[Drawn]) -> str:
    arrow = layout.arrows[one.source, one.target]
    begin, end = layout.places[one.source], layout.places[one.target]
    corners = [begin, *arrow.via, end]
    points = [_border(begin, corners[1]), *arrow.via, _border(end, corners[-2])]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    been = " sl-been" if any(_went(end.visited, one) for end in ends) else ""
    another = " sl-another" if one.makes_another else ""
    words = textwrap.wrap(one.event, arrow.wrap) + ([f"sends {one.sends}"] if one.sends else [])
    if one.makes_another:
        words.append("(a new socket)")
    x, y = arrow.label
    label = "".join(
        f'<text x="{x:g}" y="{y + LINE_HEIGHT * number:g}" text-anchor="{arrow.anchor}">{escape(line)}</text>'
        for number, line in enumerate(words)
    )
    key = f"{one.source}-{one.target}"
    return (
        f'<path data-key="arrow {key}" class="sl-arrow{another}{been}" d="{path}"/>'
        f'<path data-key="head {key}" class="sl-head{been}" d="{_head(points[-2], points[-1])}"/>'
        f'<g data-key="label {key}" class="sl-label{been}">{label}</g>'
    )


def _went(visited: Sequence[str], one: Transition) -> bool:
    return (one.source, one.target) in pairwise(visited)


def _border(centre: Point, towards: Point) -> Point:
    """Where a line from a box's centre leaves the box."""
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    share = min(BOX_WIDTH / 2 / abs(dx) if dx else 1e9, BOX_HEIGHT / 2 / abs(dy) if dy else 1e9)
    return centre[0] + dx * share, centre[1] + dy * share


def _head(before: Point, tip: Point) -> str:
    """The arrow's point, as a path."""
    length = math.dist(before, tip)
    along = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
    foot = tip[0] - 9 * along[0], tip[1] - 9 * along[1]
    across = -4 * along[1], 4 * along[0]
    corners = (tip, (foot[0] + across[0], foot[1] + across[1]), (foot[0] - across[0], foot[1] - across[1]))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"


def _state(name: str, machine: StateMachine, layout: Layout, ends: Sequence[Drawn], live: bool) -> str:
    x, y = layout.places[name]
    here = [end.name for end in ends if end.visited[-1] == name]
    orders = [
        f"{LETTERS[number]}{','.join(str(at) for at, state in enumerate(end.visited, 1) if state == name)}"
        for number, end in enumerate(ends)
        if name in end.visited
    ]
    classes = "sl-state" + (" sl-been" if orders else "") + (" sl-here" if here else "")
    spoken = f"{name}: {machine.state(name).meaning}." + "".join(f" {end} is here now." for end in here)
    focus = f' tabindex="-1" role="button" aria-label="{escape(spoken)}"' if live else ""
    return (
        f'<g data-key="state {name}" data-state="{name}" class="{classes}"{focus}>'
        f'<rect class="sl-box" x="{x - BOX_WIDTH / 2:g}" y="{y - BOX_HEIGHT / 2:g}" width="{BOX_WIDTH}" '
        f'height="{BOX_HEIGHT}" rx="5"/>'
        f'<text class="sl-name" x="{x:g}" y="{y + (0 if orders else 4):g}">{name}</text>'
        f'<text class="sl-order" x="{x:g}" y="{y + 13:g}">{" ".join(orders)}</text></g>'
    )


def _token(number: int, end: Drawn, layout: Layout) -> str:
    x, y = layout.places[end.visited[-1]]
    right, down = _CORNERS[number]
    at = f"translate({x + right * BOX_WIDTH / 2:g} {y + down * BOX_HEIGHT / 2:g})"
    return (
        f'<g data-key="end {number}" class="sl-end sl-end-{number}" style="transform: {_css(at)}" transform="{at}" '
        f'aria-hidden="true">{_TOKENS[number]}<text y="4">{LETTERS[number]}</text></g>'
    )


def _css(at: str) -> str:
    """The same place in CSS, which can move there smoothly."""
    x, y = at.removeprefix("translate(").removesuffix(")").split()
    return f"translate({x}px, {y}px)"
