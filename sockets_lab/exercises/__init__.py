"""The course's exercises: find one by its name, and add the instructor's hidden trials to it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from sockets_lab.exercises.model import Exercise, Trial
from sockets_lab.exercises.stream import STREAM

HIDDEN_TRIALS = "hidden_trials.py"
UNITS: dict[str, tuple[Exercise, ...]] = {"2-stream": STREAM}
EXERCISES: dict[str, Exercise] = {exercise.name: exercise for unit in UNITS.values() for exercise in unit}

__all__ = ["EXERCISES", "HIDDEN_TRIALS", "UNITS", "Exercise", "Trial", "find_exercise", "load_hidden_trials", "unit_of"]


def find_exercise(name: str) -> Exercise:
    """The exercise with this name or ``unit.name``.

    Raises:
        LookupError: there is none; the text lists those there are.
    """
    try:
        return EXERCISES[name.rpartition(".")[2]]
    except KeyError:
        raise LookupError(f"there is no exercise {name!r}; there are {', '.join(EXERCISES)}") from None


def unit_of(exercise: Exercise) -> str:
    """The unit's folder: ``2-stream``."""
    return next(unit for unit, members in UNITS.items() if exercise in members)


def load_hidden_trials(solutions: str | Path, exercise: Exercise) -> None:
    """Run the unit's ``hidden_trials.py``, which adds to the exercises' trials, once in this process.

    Args:
        solutions: the course's folder of that name, the instructor's own.
    Raises:
        FileNotFoundError: the unit has no hidden trials there.
    """
    path = Path(solutions) / unit_of(exercise) / HIDDEN_TRIALS
    module_name = f"hidden_trials_of_{unit_of(exercise).replace('-', '_')}"
    if module_name in sys.modules:
        return
    if not path.is_file():
        raise FileNotFoundError(f"no hidden trials at {path}; SOCKETS_LAB_SOLUTIONS must name the folder `solutions`")
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
