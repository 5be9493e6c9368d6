"""How far notebooks and submissions can be kept apart from the machine: the lab kernel and the grading sandbox."""

from __future__ import annotations

import functools
import os

from sockets_lab.doctor.finding import Finding, useful
from sockets_lab.kernel import Part, probe, release

TRUST = "or grade with all your rights, in a container made for nothing else: sockets-lab autograde --trust-submissions"


def lab_kernel() -> Finding:
    """A kernel in a network of its own, without root: namespaces(7)."""
    missing = _missing("lab")
    meaning = (
        f"lessons run in plain kernels, without raw sockets: {_why(missing)}"
        if missing
        else "a notebook has a network of its own: raw sockets without root, every port free"
    )
    return useful("lab kernel", not missing, meaning, "; ".join(part.mend for part in missing))


def grading_sandbox() -> Finding:
    """What submissions are held in while they are graded; learners do not need it."""
    missing = _missing("lab") + _missing("grading")
    named = [part for part in missing if part.name != "sandbox"] or missing  # it is made of the others
    meaning = (
        f"no submission is graded here: {_why(named)}"
        if missing
        else "submissions are graded in a read-only system with limits and a network of their own; "
        "learners do not need it"
    )
    return useful("grading sandbox", not missing, meaning, "; ".join([*(part.mend for part in named), TRUST]))


def _missing(need: str) -> list[Part]:
    return [part for part in _parts(os.environ.get("PATH", "")) if part.needed_for == need and not part.works]


def _why(parts: list[Part]) -> str:
    return "; ".join(" ".join(f"{part.name} ({part.why})".split()) for part in parts)


@functools.lru_cache(maxsize=1)
def _parts(_path: str) -> list[Part]:
    parts = probe()
    release()
    return parts
