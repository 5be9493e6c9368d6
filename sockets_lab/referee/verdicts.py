"""What the referee found: plain data that crosses the channel, is shown, and is stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["passed", "failed", "skipped", "not run"]
# Seconds since the trial's first step, who sent it, to whom, what it is, what it means, what is unusual about it, and
# how many bytes of data it carries.
SentPacket = tuple[float, str, str, str, str, tuple[str, ...], int]


@dataclass(frozen=True)
class Verdict:
    """What became of one trial.

    Attributes:
        trial: its name, for ``replay``.
        title: the situation.
        reason: one sentence on what went wrong, or why it was not run.
        hint_key: the misconception that the hints are about.
        hints: three, of rising strength; empty unless it failed.
        steps: what happened, each ``(seconds since the trial began, who, what)``.
        printed: what the learner's function wrote meanwhile.
        packets: those between the learner's code and the trial, of many the first and the last; empty where nobody
            could see them.
        packets_seen: how many there were.
        packets_lost: how many came too fast to be seen.
    """

    trial: str
    title: str
    status: Status
    weight: int
    hidden: bool = False
    reason: str = ""
    expected: str = ""
    seen: str = ""
    hint_key: str = ""
    hints: tuple[str, ...] = ()
    steps: tuple[tuple[float, str, str], ...] = ()
    printed: str = ""
    packets: tuple[SentPacket, ...] = ()
    packets_seen: int = 0
    packets_lost: int = 0


@dataclass(frozen=True)
class Findings:
    """The referee's whole answer to one check.

    Attributes:
        exercise: its id.
        points, max_points: as in the gradebook.
        seed: replays the same trials.
        why: why the answer works, when every trial passed.
    """

    exercise: str
    points: float
    max_points: float
    seed: int
    verdicts: tuple[Verdict, ...] = field(default=())
    why: str = ""

    @property
    def passed(self) -> bool:
        """Whether every trial passed."""
        return all(verdict.status == "passed" for verdict in self.verdicts)

    @property
    def first_failure(self) -> Verdict | None:
        """The failing verdict that the learner should mend first: one that can be seen, if there is one."""
        failed = [verdict for verdict in self.verdicts if verdict.status == "failed"]
        return next((verdict for verdict in failed if not verdict.hidden), failed[0] if failed else None)

    def as_data(self) -> dict[str, Any]:
        """Plain data, for the channel and for JSON."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Findings:
        """The opposite of ``as_data``."""
        return cls(**{**data, "verdicts": tuple(map(_verdict, data["verdicts"]))})


def _verdict(row: dict[str, Any]) -> Verdict:
    """As it was, where the channel has made lists of tuples."""
    steps = tuple((at, who, what) for at, who, what in row["steps"])
    packets = tuple((*one, tuple(marks), size) for *one, marks, size in row["packets"])
    return Verdict(**{**row, "hints": tuple(row["hints"]), "steps": steps, "packets": packets})


def points_for(verdicts: tuple[Verdict, ...], max_points: float) -> float:
    """The share of the weights that passed. A trial that was skipped or not run earns nothing."""
    total = sum(verdict.weight for verdict in verdicts)
    earned = sum(verdict.weight for verdict in verdicts if verdict.status == "passed")
    return round(max_points * earned / total, 2) if total else 0.0
