"""Attacks as files: what each tries, what must become of it, and its source.

The first line of a file's docstring says what the attack tries. Of the lines after it, one says its outcome:

    Says: TEXT          it is kept out and goes on; the last line that it prints is this
    Ends: LIMIT         the sandbox ends it for this limit (see ``Limits``)
    Ends: STATUS        it ends itself so, a negative number for a signal
    Stops: it           it neither ends nor answers, until the grader ends it
    Earns: POINTS       in a graded notebook, its check is worth this

and others more: ``Reached`` a limit that the grader is told of, ``Limits`` to run it with, ``Cell`` the seconds that
the grader gives each cell, what it ``Raises``.
An attack finds ``TARGETS``, which tells it more than an attacker would know, and ``tried``, which says how a call
went: the errno's name, or what it gave.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sockets_lab.kernel.limits import MIB, Limits

SUBMISSIONS = Path(__file__).parent / "submissions"
_PRELUDE = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def tried(action, *arguments, **options):
    import errno
    ctypes.set_errno(0)
    try:
        found = action(*arguments, **options)
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
    except Exception as error:
        return type(error).__name__
    return errno.errorcode[ctypes.get_errno()] if found == -1 and ctypes.get_errno() else f"done: {found!r}"
"""


@dataclass(frozen=True)
class Attack:
    """One file."""

    theme: str
    name: str
    tries: str
    outcome: Mapping[str, str]
    source: str

    @property
    def id(self) -> str:
        return f"{self.theme}/{self.name}"

    @property
    def limits(self) -> Limits:
        text = self.outcome.get("Limits", "")
        return eval(f"Limits({text})", {"Limits": Limits, "MIB": MIB})

    def cell(self, targets: Mapping[str, Any]) -> str:
        """The source of its cell."""
        return f"{_PRELUDE}\nimport json\nTARGETS = json.loads({json.dumps(targets)!r})\n{self.source}"


def attacks(*themes: str) -> list[Attack]:
    """All attacks of these themes, in the order of their names."""
    found = []
    for path in sorted(path for theme in themes for path in (SUBMISSIONS / theme).glob("*.py")):
        source = path.read_text(encoding="utf-8")
        first, _, rest = (ast.get_docstring(ast.parse(source)) or "").partition("\n")
        lines = [line.partition(": ") for line in rest.splitlines() if line]
        outcome = {name: text for name, _, text in lines}
        known = {"Says", "Ends", "Stops", "Earns", "Reached", "Limits", "Cell", "Raises"}
        assert first and outcome and outcome.keys() <= known, f"{path}: its docstring says no outcome"
        found.append(Attack(path.parent.name, path.stem, first, outcome, source))
    return found
