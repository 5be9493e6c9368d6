"""The path of each end as a table of plain text, and what its state means, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sockets_lab.observe.state_machine import StateMachine
from sockets_lab.widgets.states_follow import End

_HEAD = ("end", "time", "state", "what led there")
_UNSEEN = "(too quick to be seen)"


def table(ends: Sequence[End]) -> str:
    """A row for each state of each end, and a line that says where each is now."""
    rows = [_HEAD]
    for end in ends:
        for number, step in enumerate(end.path):
            at = "" if step.at_s is None else f"{step.at_s:.3f} s"
            cause = step.cause if step.at_s is not None else f"{step.cause} {_UNSEEN}"
            rows.append(("" if number else end.name, at, step.state, cause))
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    lines = [f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}".rstrip() for row in rows]
    return "\n".join([*lines, "", *(f"{end.name} now: {now(end)}" for end in ends)])


def now(end: End) -> str:
    """Where an end is, and what that means, in one line."""
    return f"{end.state}: {end.machine.state(end.state).meaning}"


def path_line(end: End, letter: str) -> str:
    """The whole path in one line, for below the drawing."""
    stops = [step.state if step.at_s is not None else f"({step.state})" for step in end.path]
    return f"{letter}  {end.name}  {end.local}:  {' > '.join(stops)}"


def explained(machine: StateMachine) -> dict[str, Any]:
    """What the live drawing tells about each state: its meaning, the ways in, and the ways out."""
    return {
        state.name: {
            "meaning": state.meaning,
            "formal": state.formal,
            "into": [f"from {one.source}: {one.words}" for one in machine.into(state.name)],
            "out": [f"to {one.target}: {one.cause}" for one in machine.out_of(state.name)],
        }
        for state in machine.states
    }
