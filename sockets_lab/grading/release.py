"""What learners get: for nbgrader's ``generate_assignment``, solutions and answers taken out, and a last look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor
from nbgrader.utils import is_solution

from sockets_lab.grading.answers import given_answers, without_answers
from sockets_lab.grading.leaks import Secrets
from sockets_lab.grading.stamps import stamp


class ReleaseRefused(Exception):
    """The release would show what learners must not see."""


class ClearSolutionsAndAnswers(ClearSolutions):
    """nbgrader's ``ClearSolutions``, which also empties the answer of a prediction, and no more of its cell."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, cell_index: int) -> tuple[NotebookNode, Any]:
        """Clear one cell."""
        if is_solution(cell) and cell.cell_type == "code" and given_answers(cell.source):
            cell.source = without_answers(cell.source)
            return cell, resources
        cleared: tuple[NotebookNode, Any] = super().preprocess_cell(cell, resources, cell_index)
        return cleared


class RefuseLeaks(NbGraderPreprocessor):
    """Comes after what clears and before the gradebook: no solution, hidden trial or answer may be left."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Compare with the folder that the notebook comes from.

        Raises:
            ReleaseRefused: something is left.
        """
        for kept in ("widgets", "jupytext"):
            nb.metadata.pop(kept, None)
        unit = Path(resources["metadata"]["path"])
        leaks = Secrets.of_course(unit.parent).found_in_notebook(nb)
        if leaks:
            raise ReleaseRefused(f"{resources['unique_key']}: {'; '.join(leaks)}")
        stamp(nb)
        return nb, resources
