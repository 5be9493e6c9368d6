"""The right submissions of the project's own bank, loaded as a notebook's cells would define them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sockets_lab.exercises import EXERCISES, unit_of

ROOT = Path(__file__).resolve().parent.parent
SUBMISSIONS = ROOT / "tests" / "submissions"
SOLUTIONS = ROOT / "solutions"
# One for each exercise, as most learners would write it.
PLAIN = {
    "make_stream": "plain",
    "bind_server": "plain",
    "accept_n": "settimeout",
    "connect_any": "settimeout",
    "send_all": "memoryview",
    "recv_frame": "recv_exactly",
    "exchange": "settimeout",
}


def right_source(exercise: str) -> str:
    """The text of a right submission for an exercise."""
    folder = SUBMISSIONS / unit_of(EXERCISES[exercise]) / exercise
    return (folder / f"right_{PLAIN[exercise]}.py").read_text(encoding="utf-8")


def right_function(exercise: str) -> Callable[..., Any]:
    """The function that it defines."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(right_source(exercise), "<cell>", "exec"), namespace)
    function: Callable[..., Any] = namespace[exercise]
    return function
