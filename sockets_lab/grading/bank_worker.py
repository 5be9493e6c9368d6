"""Tries one submission of a bank: :mod:`sockets_lab.grading.bank` starts this program for each of them.

The submission may print, crash, hang or exit. What was found goes, as JSON, to a file.
"""

from __future__ import annotations

import json
import linecache
import sys
import time
from pathlib import Path
from typing import Any

from sockets_lab.exercises import find_exercise
from sockets_lab.referee.client import run_check
from sockets_lab.referee.deadline import CELL_FILE, Deadline, TimeIsUp, place_of_traceback
from sockets_lab.referee.errors import CheckError, LabFault
from sockets_lab.referee.running import run_function

LOAD_LIMIT_S = 5.0


def main(path: str, exercise_name: str, solutions: str, repeat: str, seed: str, out: str) -> None:
    """Load the submission, check it ``repeat`` times, and tell how each check went.

    Nothing told yet is told first: whatever ends this process from then on is the submission's doing.
    """
    Path(out).write_text("[]", encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    found: list[dict[str, Any]] = []
    trouble = _load(Path(path), namespace)
    function = namespace.get(exercise_name)
    if not trouble and not callable(function):
        trouble = f"it defines no function {exercise_name}"
    if trouble:
        found.append({"status": "not loaded", "reason": trouble})
    else:
        first_seed = int(seed) or None
        for number in range(int(repeat)):
            found.append(_check(function, exercise_name, solutions, first_seed and first_seed + number))
    Path(out).write_text(json.dumps(found), encoding="utf-8")


def _load(path: Path, namespace: dict[str, Any]) -> str:
    """Run the file as a notebook runs a cell; what went wrong, or nothing."""
    deadline = Deadline(LOAD_LIMIT_S)
    try:
        source = path.read_text(encoding="utf-8")
        linecache.cache[CELL_FILE] = (len(source), None, source.splitlines(keepends=True), CELL_FILE)
        code = compile(source, CELL_FILE, "exec")
        with deadline:
            run_function(exec, [code, namespace], {})
    except SyntaxError as error:
        return f"{error.msg}, at line {error.lineno}"
    except TimeIsUp:
        line, text = deadline.place or (None, "")
        return f"it is not loaded after {LOAD_LIMIT_S:g} s, at line {line}: {text}"
    except BaseException as error:
        line, text = place_of_traceback(error.__traceback__)
        return f"it raises {type(error).__name__}: {error}" + (f", at line {line}: {text}" if line else "")
    return ""


def _check(function: Any, exercise_name: str, solutions: str, seed: int | None) -> dict[str, Any]:
    begun = time.monotonic()
    try:
        findings = run_check(function, find_exercise(exercise_name), seed=seed, solutions=solutions)
    except LabFault as error:
        return {"status": "lab fault", "reason": str(error)}
    except CheckError as error:
        return {"status": "refused", "reason": str(error)}
    row: dict[str, Any] = {"status": "passed" if findings.passed else "failed", "seconds": time.monotonic() - begun}
    row |= {"points": findings.points, "seed": findings.seed}
    failure = findings.first_failure or next((v for v in findings.verdicts if v.status != "passed"), None)
    if failure is not None:
        row |= {"trial": failure.trial, "reason": failure.reason, "hint_key": failure.hint_key, "hints": failure.hints}
    return row


if __name__ == "__main__":
    main(*sys.argv[1:])
