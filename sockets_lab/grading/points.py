"""What nbgrader will read off a graded cell: made to say the points that were earned, and nothing else that it counts.

nbgrader takes an error for 0 points, a number for that many, and anything else, nothing at all included, for full
points (nbgrader.utils.determine_grade).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from sockets_lab.referee.errors import LabFault


class NotGraded(Exception):
    """A trial of ours failed by itself: this submission gets a reason, and no points that say nothing of it."""


def settle(cell: NotebookNode) -> Iterator[str]:
    """Rewrite the outputs of a graded cell.

    Yields:
        what an instructor should know of it.
    Raises:
        NotGraded: see there.
    """
    for output in cell.outputs:
        if output.output_type == "stream":
            output.name = "stdout"  # what is written to stderr costs no points, whoever wrote it
        if output.output_type == "error" and output.ename == LabFault.__name__:
            raise NotGraded(f"{output.evalue}; mend that, and grade this submission again")
        if "sl-skipped" in output.get("data", {}).get("text/html", ""):
            yield "this machine cannot run a trial; its points are not given"
    # nbgrader stops reading at the first error or number: a later error must not be overlooked.
    cell.outputs.sort(key=lambda output: output.output_type != "error")
    if cell.outputs and cell.outputs[0].output_type == "error":
        return
    trouble = _trouble_with(cell.outputs, float(cell.metadata["nbgrader"]["points"]))
    if trouble:
        add_error(cell, "NoPoints", f"{trouble}, so that this cell earned none")
        yield f"{trouble}; 0 points"


def add_error(cell: NotebookNode, name: str, text: str) -> None:
    """Let the cell show an error first of all."""
    if cell.cell_type == "code":
        cell.outputs = [new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"]), *cell.outputs]


def _trouble_with(outputs: list[NotebookNode], max_points: float) -> str:
    results = [output.data.get("text/plain", "") for output in outputs if output.output_type == "execute_result"]
    if len(results) != 1:
        return "the check showed no points" if not results else f"the check showed {len(results)} results"
    try:
        points = float(results[0])
    except (TypeError, ValueError):
        return "the check's result is not a number of points"
    if not (math.isfinite(points) and 0 <= points <= max_points):
        return f"the check's result is not between 0 and {max_points:g} points"
    return ""
