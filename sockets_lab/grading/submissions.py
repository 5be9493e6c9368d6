"""What happens to a submission before it is run: nothing in its file decides what is graded, or for how many points.

nbgrader restores the text of test cells. What these do not cover, each of which loses or invents points: cells whose
nbgrader metadata were changed or removed, a test cell deleted together with its solution cell, a file that cannot
be read, and scores of an earlier version that stay in the gradebook when the new version fails.
"""

from __future__ import annotations

from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor, OverwriteCells
from nbgrader.utils import is_grade, is_solution

from sockets_lab.grading.execute import ExecuteSubmission, NotIsolated, must_be_isolated


class UnreadableSubmission(Exception):
    """The file is not a notebook."""


class SubmissionExporter(NotebookExporter):
    """nbconvert's notebook exporter, which nbgrader hands each submitted file to.

    Until a submission has been graded to its end, the gradebook has no automatic scores for it, and says that it
    needs a look.
    """

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        if isinstance(self.parent, Autograde):
            self._refuse_without_sandbox(self.parent)

    def _refuse_without_sandbox(self, converter: Autograde) -> None:
        """Autograde makes one exporter, before it touches a submission."""
        execute = ExecuteSubmission(parent=self)
        if ExecuteSubmission not in converter.autograde_preprocessors or not execute.enabled:
            return
        try:
            must_be_isolated(execute, self.log)
        except NotIsolated as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from error

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Read the file and have the preprocessors grade it.

        Raises:
            UnreadableSubmission: the file is no notebook.
        """
        assert resources is not None
        told = resources["nbgrader"]
        clear_scores(told["db_url"], told["assignment"], told["student"], told["notebook"])
        try:
            return super().from_filename(filename, resources=resources, **kw)
        except BaseException:
            clear_scores(told["db_url"], told["assignment"], told["student"])
            raise

    def from_file(self, file_stream: Any, resources: dict[str, Any] | None = None, **kw: Any) -> Any:
        """Read a file that is open already."""
        try:
            notebook = nbformat.read(file_stream, as_version=4)
            nbformat.validate(notebook)
        except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
            told = (resources or {}).get("nbgrader", {})
            whose, reason = f"{told.get('student')}'s {told.get('notebook')}.ipynb", str(error).splitlines()[0][:100]
            raise UnreadableSubmission(
                f"{whose} is not a notebook ({reason}); ask for the file again, or grade it by hand"
            ) from None
        return self.from_notebook_node(notebook, resources=resources, **kw)


def clear_scores(db_url: str, assignment: str, student: str, notebook: str | None = None) -> None:
    """Forget what the autograder said of a submission, or of one notebook of it; points given by hand stay."""
    with Gradebook(db_url) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return
        for submitted in submission.notebooks:
            if notebook in (None, submitted.name):
                for grade in submitted.grades:
                    grade.auto_score = None
                    grade.needs_manual_grade = True
        gradebook.db.commit()


class RestoreMetadata(NbGraderPreprocessor):
    """Says of each cell again what nbgrader knew when the assignment was released; must come first."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Rewrite the metadata of every cell; cells that are none of ours get none."""
        told = resources["nbgrader"]
        with Gradebook(told["db_url"]) as gradebook:
            released = gradebook.find_notebook(told["notebook"], told["assignment"])
            known = {cell.name: {"locked": cell.locked, "cell_type": cell.cell_type} for cell in released.source_cells}
            points = {cell.name: cell.max_score for cell in released.grade_cells}
            solutions = {cell.name for cell in released.solution_cells}
        for cell in nb.cells:
            claimed = cell.metadata.get("nbgrader")
            name = claimed.get("grade_id") if isinstance(claimed, dict) else None
            cell.metadata = NotebookNode()  # tags too: "skip-execution" would skip a check
            if isinstance(name, str) and name in known:
                cell.metadata.nbgrader = _metadata(name, known[name], name in solutions, points.get(name))
        return nb, resources


def _metadata(name: str, cell: dict[str, Any], solution: bool, points: float | None) -> NotebookNode:
    told = {"grade_id": name, "schema_version": 3, "solution": solution, "task": False, **cell}
    return NotebookNode({**told, "grade": False} if points is None else {**told, "grade": True, "points": points})


class RestoreCells(OverwriteCells):
    """nbgrader's ``OverwriteCells``, which also brings back a test cell whose neighbours are gone."""

    def add_missing_grade_cells(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put each missing test cell after the nearest graded or solution cell that came before it, or else last."""
        released = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        points = {cell.name: cell.max_score for cell in released.grade_cells}
        solutions = {cell.name for cell in released.solution_cells}
        order = [cell.name for cell in released.source_cells]
        for number, source_cell in enumerate(released.source_cells):
            name = source_cell.name
            if name not in points or name in _places(nb):
                continue
            self.log.warning("Missing grade cell %s encountered, adding to notebook", name)
            restored = self.missing_cell_transform(source_cell, points[name], is_solution=name in solutions)
            places = _places(nb)
            before = [places[earlier] for earlier in order[:number] if earlier in places]
            nb.cells.insert(before[-1] + 1 if before else len(nb.cells), restored)
        return nb, resources


def _places(nb: NotebookNode) -> dict[str, int]:
    cells = enumerate(nb.cells)
    return {cell.metadata["nbgrader"]["grade_id"]: at for at, cell in cells if is_grade(cell) or is_solution(cell)}
