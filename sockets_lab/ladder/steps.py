"""A small ladder of plain steps, such as a report's: who did what, and what went to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
        payload_bytes: how much data is sent.
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
    payload_bytes: int = 0


def ladder_of_steps(steps: Sequence[Step], notes: Sequence[str] = (), *, leftmost: str = "") -> Ladder:
    """Their ladder; lifelines stand in the order in which they are named, after ``leftmost`` if there is one.

    What is sent stands beside the step before it, if that is of the same lifeline.
    """
    named = [name for step in steps for name in (step.who, step.to) if name]
    names = list(dict.fromkeys([leftmost, *named] if leftmost in named else named))
    rows: list[Row] = []
    packets = 0
    for step in steps:
        who, at_ns = names.index(step.who), round(step.at_s * 1e9)
        states = ((who, step.state),) if step.state else ()
        if not step.to:
            rows.append(Row(at_ns, Code(step.text, step.line, who, step.failed), states))
            continue
        packets += 1
        arrived = None if "dropped" in step.marks or "under way" in step.marks else at_ns
        target, marks = names.index(step.to), tuple(step.marks)
        arrow = Arrow(packets, who, target, at_ns, arrived, step.text, step.words, marks, step.payload_bytes)
        before = rows[-1] if rows else None
        if before is not None and before.code is not None and before.code.lifeline == who and before.sends is None:
            rows[-1] = replace(before, sends=arrow, states=(*before.states, *states))
        else:
            rows.append(Row(at_ns, None, states, arrow))
    return Ladder(tuple(Lifeline(name) for name in names), tuple(rows), tuple(notes))
