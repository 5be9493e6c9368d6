"""The ladder as data for a front-end: lists, texts and numbers only."""

from __future__ import annotations

import base64
from typing import Any

from sockets_lab.ladder.model import Arrow, Fold, Ladder, Row
from sockets_lab.ladder.svg_layout import label_of
from sockets_lab.ladder.text import milliseconds

SHOWN_BYTES = 256  # of a frame
MOST_PACKETS_WITH_BYTES = 2000


def as_data(ladder: Ladder) -> dict[str, Any]:
    """All that is drawn and told of each packet; of long frames the beginning."""
    arrows = list(ladder.arrows)
    places = {arrow.number: at for at, arrow in enumerate(arrows)}
    return {
        "lifelines": [[lifeline.name, lifeline.address] for lifeline in ladder.lifelines],
        "arrows": [_arrow(arrow, at < MOST_PACKETS_WITH_BYTES) for at, arrow in enumerate(arrows)],
        "rows": [_shown(row, places) for row in ladder.folded()],
        "notes": list(ladder.notes),
        "text": str(ladder),
    }


def _shown(row: Row | Fold, places: dict[int, int]) -> dict[str, Any]:
    if isinstance(row, Row):
        return _row(row, places)
    return {
        "ms": milliseconds(row.at_ns),
        "fold": row.text,
        "way": [row.source, row.target],
        "rows": [_row(one, places) for one in row.rows],
    }


def _row(row: Row, places: dict[int, int]) -> dict[str, Any]:
    found: dict[str, Any] = {"ms": milliseconds(row.at_ns)}
    if row.code is not None:
        found["code"] = [row.code.line, row.code.text, row.code.failed]
    if row.states:
        found["states"] = [list(one) for one in row.states]
    if row.sends is not None:
        found["sends"] = places[row.sends.number]
    if row.arrives is not None:
        found["arrives"] = places[row.arrives.number]
    return found


def _arrow(arrow: Arrow, with_bytes: bool) -> dict[str, Any]:
    return {
        "number": arrow.number,
        "way": [arrow.source, arrow.target],
        "lost": arrow.lost,
        "label": label_of(arrow),
        "words": arrow.words,
        "marks": list(arrow.marks),
        "fields": [list(one) for one in arrow.fields],
        "bytes": base64.b64encode(arrow.frame[:SHOWN_BYTES]).decode() if with_bytes else "",
        "size": len(arrow.frame),
    }
