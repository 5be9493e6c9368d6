"""A submission's notebook in, the executed notebook and verdicts out; the submission is held in a sandbox.

Nothing that its kernel says decides a grade: points come from the referee, who is outside (see ``referee.desk``), and
are entered by the grader, who knows which cell runs. Of the kernel's outputs nothing is kept that could do anything in
an instructor's browser.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from nbclient.exceptions import CellExecutionComplete
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_solution

from sockets_lab.grading.points import NotGraded, add_error
from sockets_lab.grading.referee import CellVerdict, Referee
from sockets_lab.grading.running import NotebookRun
from sockets_lab.grading.shown import Shown, as_printed
from sockets_lab.kernel import Ended, GradingKernel, GradingManager, Limits
from sockets_lab.kernel.view import environment_folders
from sockets_lab.peers.channel import Channel
from sockets_lab.referee.asking import REFEREE
from sockets_lab.referee.predictions import report_of_prediction
from sockets_lab.referee.report import Report


@dataclass(frozen=True)
class Graded:
    """What became of a notebook.

    Attributes:
        notebook: with its outputs; those of graded cells say what the referee found.
        verdicts: by the grade id of each graded cell.
        ended: how each of its kernels ended, in order; the last one was ended by us unless it says otherwise.
    """

    notebook: NotebookNode
    verdicts: dict[str, CellVerdict]
    ended: tuple[Ended, ...]


def grade_notebook(
    notebook: NotebookNode,
    *,
    solutions: Path,
    unit: str,
    limits: Limits | None = None,
    who: str = "a submission",
    log: logging.Logger | None = None,
    **options: Any,
) -> Graded:
    """Run a submission's notebook in a sandbox and have the referee judge its graded cells.

    Args:
        notebook: sanitized: its graded cells have nbgrader's metadata as released. Changed in place.
        solutions: the folder with each unit's hidden trials and key.
        unit: which of them.
        limits: what the submission may use.
        who: whose it is, for the log.
        options: ``max_restarts``, and nbclient's ``timeout`` (seconds a cell) and ``iopub_timeout``.
    Raises:
        CannotStart: a part of the isolation is missing; nothing was run.
        NotGraded: a trial of ours, or the referee, failed by itself.
    Resources:
        the processes of the kernel and the referee, gone on return.
    """
    log = log or logging.getLogger(__name__)
    run = SandboxedRun(notebook, solutions=solutions, unit=unit, limits=limits, who=who, log=log, **options)
    try:
        run.run()
    except NotGraded as error:
        raise NotGraded(f"{run.place}: {error}; mend that, and grade this submission again") from error
    return Graded(notebook, run.verdicts, tuple(run.ended))


class SandboxedRun(NotebookRun):
    """A run in the grading profile of the lab kernel. See ``grade_notebook``."""

    def __init__(
        self, notebook: NotebookNode, *, solutions: Path, unit: str, limits: Limits | None = None, **options: Any
    ) -> None:
        super().__init__(notebook, **options)
        self.verdicts: dict[str, CellVerdict] = {}
        self.ended: list[Ended] = []
        self.place = self.who
        self._solutions = solutions.resolve()
        self._unit = unit
        self._limits = limits
        self._kernels_end: Channel | None = None
        self._referees_end: Channel | None = None
        self._kernel: GradingKernel | None = None
        self._referee: Referee | None = None
        self._shown = Shown()

    # The kernel and its referee

    def new_manager(self) -> tuple[KernelManager, dict[str, Any]]:
        """One whose kernel has a channel to the referee, and nothing else of ours."""
        self._referees_end, self._kernels_end = Channel.pair()
        shown = [Path("/usr"), *environment_folders()]
        hidden = [self._solutions] if any(self._solutions.is_relative_to(folder) for folder in shown) else []
        return GradingManager(self._limits, descriptors={REFEREE: self._kernels_end.fileno()}, hidden=hidden), {}

    def kernel_started(self) -> None:
        """Let the referee know it."""
        assert self._kernels_end is not None and self._referees_end is not None
        self._kernels_end.close()
        assert isinstance(self.km, GradingManager)
        self._kernel = self.km.last
        self._referee = Referee(self._kernel, self._referees_end, self._solutions, self._unit)

    def how_it_ended(self) -> str:
        """By which limit, or how else."""
        ended = self._kernel.ended if self._kernel is not None else None
        return ended.sentence() if ended is not None else ""

    def end_kernel(self) -> None:
        """End the kernel and its referee."""
        if self._referee is not None:
            self._referee.close()
            self._referee = None
        if self._kernel is not None:
            self._kernel.kill()  # so that it still says what it used; nbclient's way would not let it
        super().end_kernel()
        if self._kernel is not None:
            self._kernel.close()
            assert self._kernel.ended is not None
            self.ended.append(self._kernel.ended)
            self._kernel = None
        for channel in (self._kernels_end, self._referees_end):
            if channel is not None:
                channel.close()
        self._kernels_end = self._referees_end = None

    # A cell

    def before(self, cell: NotebookNode) -> None:
        """Tell the referee which graded cell begins."""
        assert self._referee is not None
        self._shown = Shown()
        name = cell.metadata.nbgrader.grade_id if is_judged(cell) else None
        self.place = f"{self.who}, cell {name}" if name else self.who
        self._referee.begin(name)

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take in what may be shown; displays are not updated and widgets not kept."""
        kind, content = msg["msg_type"], msg["content"]
        if kind == "status":
            if isinstance(content, dict) and content.get("execution_state") == "idle":
                raise CellExecutionComplete
            return None
        before = self._shown.cut
        self._shown.take(kind, content)
        if self._shown.cut and not before:
            self.log.warning("%s, cell number %d: the output is cut short", self.who, cell_index + 1)
        return None

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Keep what the reply says of an error that was not shown: that the cell's time was up."""
        reply = kwargs["execute_reply"]["content"]
        super().on_cell_executed(**kwargs)
        if reply.get("ename") == self.error_on_timeout["ename"]:
            self._shown.take("error", reply)

    def after(self, cell: NotebookNode, lost: str) -> None:
        """Show what may be shown; in a graded cell first of all what it earned: nothing, if it cost the kernel."""
        cell.outputs, cell.execution_count = self._shown.outputs, self.code_cells_executed
        if not is_judged(cell):
            return
        assert self._referee is not None
        name = cell.metadata.nbgrader.grade_id
        if lost:
            self.verdicts[name] = CellVerdict(None, lost)
            cell.outputs = as_printed(cell.outputs)
            return
        self.verdicts[name] = self._referee.end()
        for told in enter(self.verdicts[name], cell):
            self.log.warning("%s: %s", self.place, told)


def is_judged(cell: NotebookNode) -> bool:
    """Whether a cell is graded by the referee, and not by hand."""
    return bool(cell.cell_type == "code" and is_grade(cell) and not is_solution(cell))


def enter(verdict: CellVerdict, cell: NotebookNode) -> list[str]:
    """Let a graded cell show what it earned, first of all and to nbgrader, and then what its kernel printed.

    Returns:
        what an instructor should know of it.
    """
    errors = [output for output in cell.outputs if output.output_type == "error"]
    printed = as_printed(cell.outputs)
    findings, max_points = verdict.findings, float(cell.metadata.nbgrader.points)
    if findings is None:
        said = f"; the cell raised {errors[0].ename}: {errors[0].evalue:.300}" if errors else ""
        cell.outputs = printed
        add_error(cell, "NoPoints", f"{verdict.reason}{said}; 0 points")
        return [f"{verdict.reason}; 0 points"]
    report = report_of_prediction(findings) if verdict.is_prediction else Report(findings)
    if not 0 <= findings.points <= max_points:
        cell.outputs = printed
        add_error(cell, "NoPoints", f"{findings.points:g} points are more than the {max_points:g} of the gradebook")
        return [f"{findings.points:g} points are more than the {max_points:g} of the gradebook; 0 points"]
    shown = new_output("execute_result", data=report._repr_mimebundle_(), execution_count=cell.execution_count)
    cell.outputs = [shown, *printed]
    skipped = any(one.status == "skipped" for one in findings.verdicts)
    return ["this machine cannot run a trial; its points are not given"] if skipped else []
