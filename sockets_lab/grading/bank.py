"""A bank of submissions: right ones in different styles and a wrong one for each misconception, which grade the trials.

A bank is a folder ``<unit>/<exercise>/right_*.py`` and ``wrong_*.py``; each file holds what a solution cell would. A
wrong one may say in its first lines ``# misconception: key``, the key of the hint that it should draw.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sockets_lab.exercises import HIDDEN_TRIALS, UNITS, Exercise, find_exercise
from sockets_lab.grading.bank_worker import LOAD_LIMIT_S

CHECK_LIMIT_S = 60.0
NOT_TRIED = ("not loaded", "refused", "lab fault")
_MISCONCEPTION = re.compile(r"^#\s*misconception:\s*(\S+)", re.MULTILINE)
_FIRST_SENTENCE = re.compile(r".*?[.?!:](?=\s|$)|.*", re.DOTALL)


class BankError(Exception):
    """There is no bank to run; the text says what is missing."""


@dataclass(frozen=True)
class Row:
    """What became of one submission.

    Attributes:
        submission: the file's name without its ending.
        right: whether it should pass.
        misconception: the key of the hint that it should draw; empty if it does not say.
        status: ``passed`` or ``failed``; ``crashed`` or ``hung`` (the whole process); ``not loaded`` or ``refused``
            (there was nothing to judge); or ``lab fault``: what failed is ours.
        passed_runs, runs: how often it passed, and was tried. It passed if it always did, and is caught if never.
        points: the fewest that it earned.
        seed: replays the run that is told of.
        seconds: the median of a check.
    """

    unit: str
    exercise: str
    submission: str
    right: bool
    misconception: str
    status: str
    passed_runs: int
    runs: int
    points: float
    max_points: float
    trial: str = ""
    hint_key: str = ""
    hint: str = ""
    reason: str = ""
    seed: int = 0
    seconds: float = 0.0

    @property
    def as_it_should(self) -> bool:
        """A right one passed every time, a wrong one never. What was not tried says nothing about the trials."""
        return self.status not in NOT_TRIED and self.passed_runs == (self.runs if self.right else 0)

    @property
    def own_hint(self) -> bool:
        """Whether it drew the hint for its own misconception."""
        return bool(self.misconception) and self.hint_key == self.misconception

    @property
    def told(self) -> str:
        """The first sentence of the hint, or of the reason where there is no hint."""
        found = _FIRST_SENTENCE.match(self.hint or self.reason)
        return found[0] if found else ""

    def as_data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {**asdict(self), "as_it_should": self.as_it_should, "own_hint": self.own_hint}


def bank(
    folder: Path,
    *,
    solutions: Path | None = None,
    repeat: int = 1,
    jobs: int | None = None,
    seed: int | None = None,
    only: str = "*",
) -> list[Row]:
    """Run every submission of a bank through all trials, hidden ones too.

    Args:
        folder: the bank.
        solutions: the folder with the hidden trials; by default ``solutions`` in or above the current folder.
        repeat: checks of each submission, each with another seed.
        jobs: submissions that are tried at a time; by default one for each processor.
        seed: of the first check; by default another one each time.
        only: a pattern for the names of submissions, as ``right_*``.
    Raises:
        BankError: the folder is no bank, or there are no hidden trials.
    Resources:
        a process for each submission, gone with all it started on return.
    """
    solutions = solutions or _find_solutions()
    files = sorted(path for kind in ("right_", "wrong_") for path in folder.glob(f"*/*/{kind}*.py") if path.match(only))
    if not files:
        raise BankError(f"{folder} is no bank: there is no <unit>/<exercise>/right_*.py or wrong_*.py in it")
    tried = [(path, _exercise_of(path, solutions)) for path in files]
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        return list(pool.map(lambda one: _try(one[0], one[1], solutions, repeat, seed or 0), tried))


def exit_status(rows: Iterable[Row]) -> int:
    """0 when every right submission passed and every wrong one was caught."""
    return int(not all(row.as_it_should for row in rows))


def _find_solutions() -> Path:
    for folder in (Path.cwd(), *Path.cwd().parents):
        if any((folder / "solutions").glob(f"*/{HIDDEN_TRIALS}")):
            return folder / "solutions"
    raise BankError(
        "there are no hidden trials here: go to the course's folder, or name its folder `solutions` by --solutions"
    )


def _exercise_of(path: Path, solutions: Path) -> Exercise:
    unit, name = path.parent.parent.name, path.parent.name
    if unit not in UNITS or name not in {exercise.name for exercise in UNITS[unit]}:
        raise BankError(f"{path}: {unit} has no exercise {name}; there are {', '.join(UNITS)} and their exercises")
    if not (solutions / unit / HIDDEN_TRIALS).is_file():
        raise BankError(f"{solutions / unit / HIDDEN_TRIALS} is missing: a bank is run with the hidden trials")
    return find_exercise(name)


# One submission


def _try(path: Path, exercise: Exercise, solutions: Path, repeat: int, seed: int) -> Row:
    runs = _run_worker(path, exercise, solutions, repeat, seed)
    right = path.name.startswith("right_")
    passed = [run for run in runs if run["status"] == "passed"]
    others = [run for run in runs if run["status"] != "passed"]
    shown = (others or passed)[0] if right or not passed else passed[0]
    found = _MISCONCEPTION.search("\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[:5]))
    return Row(
        unit=path.parent.parent.name,
        exercise=exercise.name,
        submission=path.stem,
        right=right,
        misconception=found[1] if found else "",
        status=shown["status"],
        passed_runs=len(passed),
        runs=max(repeat, len(runs)),
        points=min(float(run.get("points", 0)) for run in runs),
        max_points=exercise.points,
        trial=shown.get("trial", ""),
        hint_key=shown.get("hint_key", ""),
        hint=(shown.get("hints") or [""])[0],
        reason=shown.get("reason", ""),
        seed=shown.get("seed", 0),
        seconds=statistics.median(float(run.get("seconds", 0)) for run in runs),
    )


def _run_worker(path: Path, exercise: Exercise, solutions: Path, repeat: int, seed: int) -> list[dict[str, Any]]:
    """What each check found, from a process of its own that ends with everything it started."""
    with tempfile.TemporaryDirectory(prefix="sockets-lab-bank-") as folder:
        answer, errors = Path(folder, "answer.json"), Path(folder, "stderr")
        arguments = [path.resolve(), exercise.name, solutions.resolve(), repeat, seed, answer]
        with errors.open("wb") as stderr:
            worker = subprocess.Popen(
                [sys.executable, "-m", "sockets_lab.grading.bank_worker", *map(str, arguments)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
            )
        try:
            status = worker.wait(timeout=2 * LOAD_LIMIT_S + repeat * CHECK_LIMIT_S)
        except subprocess.TimeoutExpired:
            return [{"status": "hung", "reason": "its process had to be ended"}]
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        if not answer.is_file():
            said = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["without a word"]
            return [{"status": "lab fault", "reason": f"the worker ended before the submission was loaded: {said[-1]}"}]
        if found := json.loads(answer.read_text(encoding="utf-8")):
            return list(found)
    how = f"by signal {-status}" if status < 0 else f"with status {status}"
    return [{"status": "crashed", "reason": f"its process ended {how}"}]
