"""What a learner wrote into text cells, made harmless for the browser of whoever grades it.

nbconvert, and so nbgrader's feedback and formgrader, puts HTML and links of a text cell into its page as they are, and
all of a raw cell. The formgrader's page may set grades.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from sockets_lab.grading.execute import ExecuteSubmission

_KEPT_METADATA = ("kernelspec",)


class HarmlessText(NbGraderPreprocessor):
    """Has a submission's own text cells shown as they were typed; the lesson's own stay as they are."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Rewrite the text cells, and forget what the file says of itself."""
        ours = self._text_of_the_lesson(resources["nbgrader"])
        for cell in nb.cells:
            if cell.cell_type != "code" and cell.source not in ours:
                make_harmless(cell)
        nb.metadata = NotebookNode({name: nb.metadata[name] for name in _KEPT_METADATA if name in nb.metadata})
        return nb, resources

    def _text_of_the_lesson(self, told: dict[str, Any]) -> Set[str]:
        unit = ExecuteSubmission(parent=self.parent).find_solutions(told["assignment"]) / told["assignment"]
        lesson = unit / f"{told['notebook']}.ipynb"
        if not lesson.is_file():
            return frozenset()
        return {cell.source for cell in nbformat.read(lesson, as_version=4).cells if cell.cell_type == "markdown"}


def make_harmless(cell: NotebookNode) -> None:
    """Have it shown as it was typed, in a block of its own (CommonMark 0.31 section 4.5), without what was attached."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", cell.source)), default=0))
    cell.cell_type = "markdown"
    cell.source = f"{fence}text\n{cell.source}\n{fence}"
    cell.pop("attachments", None)
