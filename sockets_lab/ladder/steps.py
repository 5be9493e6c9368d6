"""A small ladder of plain steps, such as a report's: who did what, and what went to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sockets_lab.ladder.model import Arrow, Code, Ladder, Lifeline, Row


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        who: the name of the lifeline that it happens at.
        text: what was done, or what is sent.
        to: the lifeline that it is sent to; empty where nothing is sent.
        at_s: seconds from the first step.
        line: of the learner's code; 0 where there is none.
        state: the TCP state from now on; empty if it does not change.
        words: what it means, in a sentence.
        marks: what is not as usual: see ``words.MARKS``.
        failed: the call raised.
    """

    who: str
    text: str
    to: str = ""
    at_s: float = 0.0
    line: int = 0
    state: str = ""
    words: str = ""
    marks: tuple[str, ...] = ()
    failed: bool = False


def ladder_of_steps(steps: Sequence[Step], notes: Sequence[str] = ()) -> Ladder:
    """Their ladder; lifelines stand in the order in which they are named."""
    names = list(dict.fromkeys(name for step in steps for name in (step.who, step.to) if name))
    rows, packets = [], 0
    for step in steps:
        who, at_ns = names.index(step.who), round(step.at_s * 1e9)
        states = ((who, step.state),) if step.state else ()
        if not step.to:
            rows.append(Row(at_ns, Code(step.text, step.line, who, step.failed), states))
            continue
        packets += 1
        arrived = None if "dropped" in step.marks or "under way" in step.marks else at_ns
        arrow = Arrow(packets, who, names.index(step.to), at_ns, arrived, step.text, step.words, tuple(step.marks))
        rows.append(Row(at_ns, None, states, arrow))
    return Ladder(tuple(Lifeline(name) for name in names), tuple(rows), tuple(notes))


def ladder_svg(steps: Sequence[Step], notes: Sequence[str] = ()) -> str:
    """Their ladder as an SVG drawing, to be put into a report's HTML as it is: all texts are escaped."""
    return ladder_of_steps(steps, notes).svg()


def ladder_text(steps: Sequence[Step], notes: Sequence[str] = ()) -> str:
    """Their ladder as a table of plain text."""
    return str(ladder_of_steps(steps, notes))
