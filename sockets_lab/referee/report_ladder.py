"""The ladder of a verdict: the calls of the learner's code beside the packets between it and the trial."""

from __future__ import annotations

import base64
from dataclasses import replace
from html import escape

from sockets_lab.exercises.who import YOUR_CODE
from sockets_lab.ladder.model import Ladder, Row
from sockets_lab.ladder.steps import Step, ladder_of_steps
from sockets_lab.referee.verdicts import Verdict

FIRST_ROWS, LAST_ROWS = 24, 12


def ladder_of_verdict(verdict: Verdict) -> Ladder | None:
    """The ladder, of a long one the beginning and the end; None where no packets were seen."""
    if not verdict.packets:
        return None
    calls = [Step(who, text, at_s=at, failed=" raised " in text) for at, who, text in verdict.steps if who == YOUR_CODE]
    packets = [
        Step(source, label, target, at_s=at, words=words, marks=marks, payload_bytes=size)
        for at, source, target, label, words, marks, size in verdict.packets
    ]
    ladder = ladder_of_steps(sorted([*calls, *packets], key=lambda step: step.at_s), leftmost=YOUR_CODE)
    rows = ladder.rows if len(ladder.rows) <= FIRST_ROWS + LAST_ROWS else _without_middle(ladder.rows)
    notes = []
    if left_out := verdict.packets_seen - sum(row.sends is not None for row in rows):
        notes.append(f"{left_out:,} packets in the middle are not shown.")
    if verdict.packets_lost:
        notes.append(f"{verdict.packets_lost:,} packets came too fast to be seen.")
    return replace(ladder, rows=rows, notes=tuple(notes))


def _without_middle(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return (*rows[:FIRST_ROWS], *rows[-LAST_ROWS:])


def as_image(ladder: Ladder) -> str:
    """HTML that shows the ladder by itself: its style does not leak into the page, nor the page's into it."""
    data = base64.b64encode(ladder.svg().encode()).decode()
    return f'<img alt="{escape(ladder.title)}" src="data:image/svg+xml;base64,{data}">'
