"""What must hold of a unit's graded cells, so that nbgrader, the exercises and the key speak of the same things."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.utils import is_grade, is_solution

from sockets_lab.exercises import UNITS
from sockets_lab.grading.answers import given_answers
from sockets_lab.grading.lessons import LessonError
from sockets_lab.referee.predictions import ANSWERS_FILE

CODE, ANSWER = "-code", "-answer"


def problems(unit: str, lessons: dict[str, NotebookNode], answers: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a unit's graded cells, a sentence each.

    Args:
        lessons: by name, in order.
        answers: the unit's key.
    """
    graded: dict[str, str] = {}
    for lesson, notebook in lessons.items():
        solutions = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if is_solution(cell)}
        for cell in filter(is_grade, notebook.cells):
            name = cell.metadata.nbgrader.grade_id
            if name in graded:
                yield f"{lesson}: {name} is graded in {graded[name]} already"
            graded[name] = lesson
            yield from (f"{lesson}: {problem}" for problem in _graded_cell(unit, cell, solutions, answers))
        if not any(name.endswith(ANSWER) for name in solutions):
            yield f"{lesson}: it has no prediction"
    for name in [exercise.name for exercise in UNITS[unit]] + list(answers):
        if name not in graded:
            yield f"no lesson has a cell with the grade id {name}, which would check it"


def _graded_cell(
    unit: str, cell: NotebookNode, solutions: dict[str, NotebookNode], answers: dict[str, Any]
) -> Iterator[str]:
    told = cell.metadata.nbgrader
    name = told.grade_id
    points = {exercise.name: exercise.points for exercise in UNITS[unit]} | dict.fromkeys(answers, 1)
    if name not in points:
        yield f"{name} is neither an exercise of {unit} nor in {ANSWERS_FILE}"
        return
    if cell.source.strip() != f"check({name})":
        yield f"the cell {name} must say check({name}) and nothing else"
    if told.points != points[name] or not told.locked or told.solution:
        yield f"the cell {name} must be locked, no solution, and worth {points[name]} points"
    if name not in answers:
        if name + CODE not in solutions:
            yield f"there is no solution cell with the grade id {name + CODE}"
        return
    if name + ANSWER not in solutions:
        yield f"there is no solution cell with the grade id {name + ANSWER}"
        return
    right = answers[name] if isinstance(answers[name], list) else [answers[name]]
    if [answer in right for answer in _literals(solutions[name + ANSWER].source)] != [True]:
        yield f"the cell {name + ANSWER} does not give the answer of {ANSWERS_FILE}, {answers[name]!r}"


def read_answers(unit: Path) -> dict[str, Any]:
    """The unit's key; empty when it has none.

    Raises:
        LessonError: the file is not TOML.
    """
    path = unit / ANSWERS_FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{path}: {error}") from error


def _literals(source: str) -> list[Any]:
    try:
        return [ast.literal_eval(answer) for answer in given_answers(source)]
    except ValueError:
        return []
