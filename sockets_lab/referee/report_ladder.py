"""The ladder of a verdict: the calls of the learner's code beside the packets between it and the trial."""

from __future__ import annotations

import base64
from html import escape

from sockets_lab.exercises.who import YOUR_CODE
from sockets_lab.ladder.model import Ladder
from sockets_lab.ladder.steps import Step, ladder_of_steps
from sockets_lab.referee.verdicts import Verdict


def ladder_of_verdict(verdict: Verdict) -> Ladder | None:
    """The ladder; None where no packets were seen."""
    if not verdict.packets:
        return None
    calls = [Step(who, text, at_s=at, failed=" raised " in text) for at, who, text in verdict.steps if who == YOUR_CODE]
    packets = [
        Step(source, label, target, at_s=at, words=words, marks=marks)
        for at, source, target, label, words, marks in verdict.packets
    ]
    steps = sorted([*calls, *packets], key=lambda step: step.at_s)
    return ladder_of_steps(steps, verdict.packet_notes, leftmost=YOUR_CODE)


def as_image(ladder: Ladder) -> str:
    """HTML that shows the ladder by itself: its style does not leak into the page, nor the page's into it."""
    data = base64.b64encode(ladder.svg().encode()).decode()
    return f'<img alt="{escape(ladder.title)}" src="data:image/svg+xml;base64,{data}">'
