"""The table of all attacks and what becomes of each, made from the files: ``python -m tests.attacks.table``."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

from sockets_lab.kernel.limits import amount
from tests.attacks.attack import Attack, attacks

README = Path(__file__).parent / "README.md"
THEMES = {
    "secrets": "What it must not see",
    "network": "Whom it must not reach",
    "privileges": "What it must not do to the system",
    "persistence": "What it must not leave for the next one",
    "resources": "What it must not use up",
    "ending": "How it may end",
    "verdicts": "What it must not earn",
}
INTRODUCTION = """\
# Attacks

Each file in `submissions` is a submission that tries one thing. The tests run it in the sandbox, as root and as an
ordinary user, or in a whole graded notebook beside honest work, and look at what it got, at what the grader was told,
and at what was left. Nothing of it reaches a secret, a file or a service of the instructor, and the honest work beside
it and after it earns what it deserves. Attacks on verdicts earn nothing. This file is made by
`python -m tests.attacks.table`.

Known not to hold: of the system's memory, that for mappings and file locks is charged to nobody (about 20 MB for each
process that sets out to), and a submission that hides sockets in sockets can keep others that run at the same time from
passing descriptors until it ends. What a hidden trial hands to a function, the function can keep, and a
later cell can print into its learner's feedback. Whoever needs more than this grades in a virtual machine.
"""


def table() -> str:
    """The whole text."""
    return "\n".join([INTRODUCTION, *(line for theme, title in THEMES.items() for line in _section(theme, title))])


def _section(theme: str, title: str) -> Iterator[str]:
    yield from (f"## {title}", "", "| it | and |", "| --- | --- |")
    for one in attacks(theme):
        yield f"| {one.tries[0].lower()}{one.tries[1:].rstrip('.')} | {_outcome(one)} |"
    yield ""


def _outcome(one: Attack) -> str:
    said, ends = one.outcome.get("Says"), one.outcome.get("Ends", "")
    if "Earns" in one.outcome:
        return f"earns {one.outcome['Earns']} points"
    if "Stops" in one.outcome:
        return "is ended by the grader when its time is up"
    if said is not None:
        reached = [amount(name, getattr(one.limits, name)) for name in one.outcome.get("Reached", "").split()]
        words = dict.fromkeys(said.split())
        refused = " ".join(words) if all(word == "refused" or word.isupper() for word in words) else said
        return f"gets `{refused}`{f'; told: all of {reached[0]} was used' if reached else ''}"
    if hasattr(one.limits, ends):
        return f"is ended: it used more than {amount(ends, getattr(one.limits, ends))}"
    how = signal.Signals(-int(ends)).name if int(ends) < 0 else f"status {ends}"
    return f"costs its own kernel ({how})"


if __name__ == "__main__":
    README.write_text(table(), encoding="utf-8")
