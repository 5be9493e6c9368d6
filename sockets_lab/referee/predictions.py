"""Predictions: a guess that the learner commits to before running the demonstration."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from sockets_lab import results
from sockets_lab.referee.asking import RefereeOutside
from sockets_lab.referee.errors import CheckError
from sockets_lab.referee.report import Report, format_points, in_frame
from sockets_lab.referee.verdicts import Findings, Verdict

ANSWERS_FILE = "answers.toml"


@dataclass
class Prediction:
    """A question and the learner's answer to it.

    Attributes:
        choices: the letters and texts to choose from; empty for a number.
        answer: a letter, a number, or None while there is none. In a notebook it follows the widget.
    """

    question: str
    choices: tuple[tuple[str, str], ...]
    answer: str | float | None

    @property
    def in_words(self) -> str:
        """The answer as the learner chose it."""
        return next((f"{letter}) {text}" for letter, text in self.choices if letter == self.answer), str(self.answer))

    def __repr__(self) -> str:
        return f"<prediction: {self.in_words if self.answer is not None else 'no answer yet'}>"


class PredictionReport(Report):
    """What became of a prediction: kept, or compared with the key."""

    def __init__(self, findings: Findings, said: str) -> None:
        super().__init__(findings)
        self._said = said

    def __str__(self) -> str:
        return self._said

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        name, rest = self._said.split(":", 1)
        return {"text/plain": repr(self), "text/html": in_frame(f"<p><b>{escape(name)}:</b>{with_code(rest)}</p>")}


def check_prediction(
    prediction: Prediction, name: str | None, solutions: str | None, referee: RefereeOutside | None = None
) -> Report:
    """Hand in a prediction.

    Args:
        name: the variable that holds it, which is the question's name in the key.
        solutions: the instructor's folder with the key; None on a learner's machine, where a prediction
            counts as handed in, and the demonstration tells whether it was right.
        referee: in a sandbox, who keeps the answer; the key is outside.
    Raises:
        CheckError: there is no answer yet, or no key where there must be one.
    """
    if name is None:
        raise CheckError("check() takes the prediction by its name, as in check(recv_count)")
    if prediction.answer is None:
        raise CheckError(f"{name} has no answer yet: answer in the cell above, then run this cell again")
    if referee is not None:
        referee.hand_in(name, prediction.answer, prediction.in_words)
        return _kept(name, prediction)
    if solutions is None:
        results.record(f"prediction.{name}", 1, 1)
        return _kept(name, prediction)
    right = _key(Path(solutions)).get(name)
    if right is None:
        raise CheckError(f"the key in {solutions} has no answer for {name}")
    return report_of_prediction(judge_prediction(name, prediction.answer, prediction.in_words, right))


def judge_prediction(name: str, answer: str | float, words: str, right: Any) -> Findings:
    """Compare an answer with the key.

    Args:
        words: the answer as the learner chose it.
        right: the right answer, or a list of right ones.
    """
    good = answer in (right if isinstance(right, list) else [right])
    verdict = Verdict(name, f"predicted {words}", "passed" if good else "failed", 1)
    return Findings(name, float(good), 1, 0, (verdict,))


def report_of_prediction(findings: Findings) -> Report:
    """How a prediction that was compared with the key is shown."""
    points = format_points(findings.points)
    said = f"{findings.exercise}: {points} of 1 points; you {findings.verdicts[0].title}"
    return PredictionReport(findings, said)


def _kept(name: str, prediction: Prediction) -> Report:
    verdict = Verdict(name, f"kept: {prediction.in_words}", "passed", 1)
    said = f"{name}: you predict {prediction.in_words}. The next cell of code shows whether you are right."
    return PredictionReport(Findings(name, 1, 1, 0, (verdict,)), said)


def with_code(text: str) -> str:
    """HTML of a text in which code stands between backticks."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:  # a backtick without its partner
        return escape(text)
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _key(solutions: Path) -> dict[str, Any]:
    key: dict[str, Any] = {}
    for path in sorted(solutions.glob(f"*/{ANSWERS_FILE}")):
        key |= tomllib.loads(path.read_text(encoding="utf-8"))
    return key
