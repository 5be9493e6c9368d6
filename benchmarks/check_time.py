"""How long a whole check of one exercise takes, peers, referee and report included, for a right submission."""

from __future__ import annotations

import sys
from collections.abc import Callable

from _measure import BARE, Spread, bare_python, require, show, side_by_side, timed
from _submissions import SOLUTIONS, right_function

from sockets_lab.exercises import EXERCISES, Exercise
from sockets_lab.referee.client import run_check
from sockets_lab.referee.report import Report

ROUNDS = 15
LIMIT_S = 0.3


def main() -> int:
    measures: dict[str, Callable[[], float]] = {BARE: bare_python}
    for exercise in EXERCISES.values():
        function = right_function(exercise.name)
        measures[exercise.name] = whole_check(function, exercise, None)
        measures[f"{exercise.name}, hidden trials too"] = whole_check(function, exercise, str(SOLUTIONS))
    for measure in measures.values():
        measure()  # the first check starts the warm parent, and imports
    found = side_by_side(measures, ROUNDS)
    show(found, beside=BARE)
    holds = [under_the_limit(exercise.name, found[exercise.name]) for exercise in EXERCISES.values()]
    return int(not all(holds))


def whole_check(function: Callable[..., object], exercise: Exercise, solutions: str | None) -> Callable[[], float]:
    """A measure: one check, its report as HTML at the end."""

    def check() -> None:
        findings = run_check(function, exercise, solutions=solutions)
        if not findings.passed:
            sys.exit(f"{exercise.name}: a right submission failed, seed {findings.seed}:\n{Report(findings)}")
        Report(findings)._repr_mimebundle_()

    return lambda: timed(check)


def under_the_limit(name: str, spread: Spread) -> bool:
    what = f"{name}: the median, {spread.median:.3f} s, is under {LIMIT_S} s"
    return require(what, spread.median < LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
