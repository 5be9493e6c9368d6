"""A lesson: the notebook that its text describes, and the same with its outputs."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError
from nbformat.notebooknode import NotebookNode
from nbgrader.utils import determine_grade, is_grade

from sockets_lab.demonstrations import is_stand_in
from sockets_lab.grading.kernels import LabManager, kernel_environment
from sockets_lab.kernel.owner import release

CELL_TIMEOUT_S = 120
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


class LessonError(Exception):
    """A lesson that cannot be built; the text says which, where, and why."""


def read_lesson(path: Path) -> NotebookNode:
    """The notebook that a lesson's MyST text describes, with ids that the same text always gets.

    Raises:
        LessonError: the text is not MyST.
    """
    try:
        lesson: NotebookNode = jupytext.read(path, fmt="md:myst")
    except Exception as error:  # jupytext, its parser and YAML have no error in common
        raise LessonError(f"{path}: {str(error).splitlines()[0]}") from error
    taken: set[str] = set()
    for cell in lesson.cells:
        cell.id = _id(cell, taken)
        taken.add(cell.id)
    lesson.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    lesson.nbformat, lesson.nbformat_minor = 4, 5
    return lesson


def _id(cell: NotebookNode, taken: set[str]) -> str:
    """The grade id, or a hash of the text: a change elsewhere in the lesson does not touch it."""
    wanted = cell.metadata.get("nbgrader", {}).get("grade_id")
    name = wanted or hashlib.sha256(f"{cell.cell_type} {cell.source}".encode()).hexdigest()[:8]
    return next(one for one in (name, *(f"{name}-{number}" for number in range(2, 1000))) if one not in taken)


def run_lesson(path: Path) -> NotebookNode:
    """The lesson with its outputs, as a learner who has solved everything sees them: visible trials alone.

    Raises:
        LessonError: a cell raised, hung, earned fewer points than it should, or could not show its demonstration live.
    """
    lesson = read_lesson(path)
    at = 0

    def remember(cell: NotebookNode, cell_index: int) -> None:
        nonlocal at
        at = cell_index

    with tempfile.TemporaryDirectory(prefix="sockets-lab-") as folder:
        client = NotebookClient(
            lesson,
            timeout=CELL_TIMEOUT_S,
            kernel_manager_class=LabManager,
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_start=remember,
            coalesce_streams=True,  # what is printed comes in pieces of any size
            record_timing=False,  # when it was built is no part of a lesson
            shutdown_kernel="immediate",
        )
        try:
            client.execute(env=kernel_environment(folder))
        except CellExecutionError as error:
            raise LessonError(f"{_place(path, lesson, at)} raised {error.ename}: {error.evalue}") from error
        except DeadKernelError as error:
            raise LessonError(f"{_place(path, lesson, at)} ended its kernel") from error
        except CellControlSignal as error:
            raise LessonError(f"{_place(path, lesson, at)} did not end within {CELL_TIMEOUT_S} s") from error
        finally:
            release()
    for number, cell in enumerate(lesson.cells):
        for output in filter(is_stand_in, cell.get("outputs", ())):
            raise LessonError(f"{_place(path, lesson, number)} is not shown live here: {output.data['text/plain']}")
        if is_grade(cell):
            points, max_points = determine_grade(cell)
            if points != max_points:
                raise LessonError(f"{_place(path, lesson, number)} earned {points:g} of {max_points:g} points")
    lesson.metadata.language_info = {"name": "python"}  # without the version, which differs from machine to machine
    return lesson


def _place(path: Path, lesson: NotebookNode, number: int) -> str:
    code = [line for line in lesson.cells[number].source.splitlines() if line.strip()] or [""]
    more = " ..." if len(code) > 1 else ""
    return f"{path}: cell {number + 1}, `{code[0].strip()[:60]}{more}`,"
