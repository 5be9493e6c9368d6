"""The ladder as an SVG drawing, for a page, a file or paper; nothing in it is told by colour alone.

It paints its own ground, so that it can be read on any page, and follows the reader's light or dark scheme. Colours
stand both in attributes and in a style sheet: where a page takes the sheet away, the light scheme is left.
"""

from __future__ import annotations

import math
import re
from html import escape

from sockets_lab.ladder.model import Arrow, Ladder
from sockets_lab.ladder.svg_layout import Box, Drawing, Line, Text, lay_out

FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
_COLOURS = {  # by what it is: attribute, light, dark
    "ground": ("fill", "#ffffff", "#161b22"),
    "text": ("fill", "#1f2328", "#e6edf3"),
    "quiet": ("fill", "#57606a", "#9da7b3"),
    "failed": ("fill", "#b3261e", "#ff9a91"),
    "halo": ("stroke", "#ffffff", "#161b22"),
    "lifeline": ("stroke", "#8c959f", "#768390"),
    "rule": ("stroke", "#e6e9ed", "#262c36"),
    "arrow": ("stroke", "#0b5cad", "#79b8ff"),
    "again": ("stroke", "#8a4b00", "#ffb454"),
    "lost": ("stroke", "#b3261e", "#ff9a91"),
    "frame": ("stroke", "#57606a", "#9da7b3"),
    "inside": ("fill", "#f6f8fa", "#21262d"),
}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DASHES = {"dropped": "3 4", "under way": "1 5", "sent again": "9 4", "copy": "9 3 2 3", "corrupted": "3 4"}
_HEAD, _CROSS = 9.0, 6.0


def svg(ladder: Ladder) -> str:
    """The drawing as text, for a page or a file of its own."""
    drawing = lay_out(ladder)
    title = ladder.title
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sl-ladder" role="img" aria-label="{_safe(title)}" '
        # As wide as there is room, and no wider than it was laid out: a page may put it into an <img> without limits.
        f'viewBox="0 0 {drawing.width:g} {drawing.height:g}" width="100%" preserveAspectRatio="xMinYMin meet" '
        f'style="max-width: {drawing.width:g}px" font-family="{FONT}">',
        f"<title>{_safe(title)}</title>",
        f"<desc>{_safe(_description(ladder))}</desc>",
        f"<style>{_style()}</style>",
        f'<rect {_coloured("ground")} width="100%" height="100%" rx="4"/>',
        *_ground(drawing),
        *(_line(line) for line in drawing.lines),
        *(_box(box) for box in drawing.boxes),
        *(_text(text) for text in drawing.texts),
        "</svg>",
    ]
    return "\n".join(parts)


def _description(ladder: Ladder) -> str:
    """All of it in words, for who does not see it."""
    return str(ladder)


def _style() -> str:
    rules = [f".sl-ladder .{name} {{ {attribute}: {light} }}" for name, (attribute, light, _) in _COLOURS.items()]
    dark = [f".sl-ladder .{name} {{ {attribute}: {dark} }}" for name, (attribute, _, dark) in _COLOURS.items()]
    # On paper a dark ground would waste ink.
    return " ".join([*rules, "@media screen and (prefers-color-scheme: dark) {", *dark, "}"])


def _coloured(name: str) -> str:
    attribute, light, _ = _COLOURS[name]
    return f'class="{name}" {attribute}="{light}"'


def _ground(drawing: Drawing) -> list[str]:
    rules = [f'<path {_coloured("rule")} d="M8 {y:g}H{drawing.width - 8:g}"/>' for y in drawing.rules]
    lifelines = [
        f'<path {_coloured("lifeline")} stroke-width="1.5" d="M{x:g} {top:g}V{bottom:g}"/>'
        for x, top, bottom in drawing.lifelines
    ]
    return rules + lifelines


def _box(box: Box) -> str:
    dashes = ' stroke-dasharray="2 3"' if box.kind == "fold" else ""
    where = f'x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="4"'
    return f"<g {_coloured('inside')}><rect {where} {_coloured('frame')}{dashes}/></g>"


def _line(line: Line) -> str:
    (x1, y1), (x2, y2) = line.begin, line.end
    kind = _kind(line.arrow)
    dash = next((dashes for mark, dashes in _DASHES.items() if mark in line.arrow.marks), "")
    width = 3 if "reset" in line.arrow.marks else 1.6
    parts = [f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"' + (f' stroke-dasharray="{dash}"' if dash else "") + "/>"]
    if line.head:
        parts.append(f'<path d="{_head(x1, y1, x2, y2)}"/>')
    if line.cross:
        cross = f"M{x2 - _CROSS:.1f} {y2 - _CROSS:.1f}l12 12m0 -12l-12 12"
        parts.append(f'<path stroke-width="2.4" d="{cross}"/>')
    said = _safe(f"#{line.arrow.number} {line.arrow.label}: {line.arrow.words}")
    return f'<g {_coloured(kind)} fill="none" stroke-width="{width}"><title>{said}</title>{"".join(parts)}</g>'


def _kind(arrow: Arrow) -> str:
    if not {"dropped", "reset", "corrupted", "error"}.isdisjoint(arrow.marks):
        return "lost"
    return "again" if arrow.marks else "arrow"


def _head(x1: float, y1: float, x2: float, y2: float) -> str:
    angle = math.atan2(y2 - y1, x2 - x1)
    (ax, ay), (bx, by) = (
        (x2 - _HEAD * math.cos(angle + side), y2 - _HEAD * math.sin(angle + side)) for side in (0.45, -0.45)
    )
    return f"M{ax:.1f} {ay:.1f}L{x2:.1f} {y2:.1f}L{bx:.1f} {by:.1f}"


def _text(text: Text) -> str:
    kind = {"quiet": "quiet", "failed": "failed"}.get(text.kind, "text")
    bold = ' font-weight="600"' if text.kind in ("name", "state") else ""
    anchor = f' text-anchor="{text.anchor}"' if text.anchor != "start" else ""
    # The label of one arrow may be crossed by another arrow: a rim keeps it readable.
    colours = _coloured(kind)
    if text.kind == "label":
        colours = f'class="{kind} halo" fill="{_COLOURS[kind][1]}" stroke="{_COLOURS["halo"][1]}"'
        colours += ' stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    return (
        f'<text {colours} x="{text.x:.1f}" y="{text.y:.1f}" font-size="{text.size:g}"{anchor}{bold} '
        f'xml:space="preserve">{_safe(text.text)}</text>'
    )


def _safe(text: str) -> str:
    """For the inside of an element or of an attribute; what XML cannot hold becomes a sign for it."""
    return escape(_NOT_IN_XML.sub("\ufffd", text))
