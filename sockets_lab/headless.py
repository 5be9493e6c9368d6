"""A learner's notebook, as it is saved, run and checked without a browser."""

from __future__ import annotations

import copy
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell

from sockets_lab.course import CourseError, GradedCell, graded_cells, name_of
from sockets_lab.exercises import EXERCISES
from sockets_lab.grading.kernels import ThisPythonManager
from sockets_lab.referee.client import SOLUTIONS

CELL_LIMIT_S = 60  # a check of a function that hangs in every trial takes half of it
MAX_RESTARTS = 3
_NOT_WRITTEN = "NotImplementedError"  # in a cell after an exercise; its check says so
_NUMBER = re.compile(r"\d+(\.\d+)?")
_FILE = re.compile(r"\(\S*\d+\.py, (line \d+)\)")  # where IPython says that a cell has a syntax error
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# The text of a report comes with its points, under a type that reports have no form of their own for.
_SHOW_TEXT = """
from sockets_lab.referee.report import Report
get_ipython().display_formatter.formatters["text/markdown"].for_type(Report, str)
del Report
"""


@dataclass(frozen=True)
class Checked:
    """What became of one graded cell.

    Attributes:
        text: the report, or one sentence why there is none.
    """

    name: str
    points: float
    max_points: float
    text: str

    @property
    def is_prediction(self) -> bool:
        """Whether only its answer is known: right or wrong is the grader's to say."""
        return self.name not in EXERCISES

    @property
    def passed(self) -> bool:
        """Whether it earned every point."""
        return self.points >= self.max_points


@dataclass(frozen=True)
class Trouble:
    """A cell without points that raised, hung or ended its kernel."""

    text: str


def check_notebook(path: Path, *, limit_s: int = CELL_LIMIT_S) -> Iterator[Checked | Trouble]:
    """Run a notebook's cells in their order in a fresh kernel; what each graded cell came to.

    A cell that raises, hangs or ends its kernel costs what it defines, and the rest goes on. The file is not changed.

    Args:
        limit_s: seconds for one cell.
    Raises:
        CourseError: the file is not a notebook, or no kernel can be started for it.
    Resources:
        one kernel at a time, ended when the iteration ends.
    """
    graded = {cell.index: cell for cell in graded_cells(path)}
    try:
        notebook: NotebookNode = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:  # nbformat and its schema have no error in common
        reason = str(error).splitlines()[0]
        raise CourseError(f"{path} is damaged and cannot be read as a notebook ({reason}); get it anew") from error
    if not graded:
        raise CourseError(f"{path} has no checks in it: name a lesson of the course")
    for file in sorted(path.parent.glob("*.py")):
        if file.stem in sys.stdlib_module_names:
            yield Trouble(f"the file {file.name} beside the notebook hides Python's own module {file.stem}: rename it")
    with ExitStack() as stack:
        run = _Run(path, notebook, limit_s, stack.enter_context(tempfile.TemporaryFile("w+", errors="replace")))
        stack.callback(run.end_kernel)
        run.start_kernel()
        troubled = False
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            lost = run.run(index)
            if index in graded:
                yield _checked(graded[index], cell, lost)
            elif lost or _is_worth_telling(_error(cell), troubled):
                troubled = True
                yield Trouble(f"the cell {_first_line(cell)} {lost or f'raised {_error(cell)}'}")
            if lost and not run.start_again(index):
                yield Trouble(f"{name_of(path)} lost its kernel {MAX_RESTARTS + 1} times: the rest was not run")
                return


class _Run:
    """A notebook that is being run. A kernel that is lost is replaced; the cells that lost one are not run again."""

    def __init__(self, path: Path, notebook: NotebookNode, limit_s: int, errors: IO[str]) -> None:
        self._path = path
        self._notebook = notebook
        self._limit_s = limit_s
        self._errors = errors
        self._culprits: set[int] = set()
        self._client: NotebookClient | None = None

    def start_kernel(self) -> None:
        """Start a kernel whose reports come with their text.

        Raises:
            CourseError: it does not start.
        """
        self._client = client = _Client(
            copy.deepcopy(self._notebook),
            timeout=self._limit_s,
            allow_errors=True,
            kernel_manager_class=ThisPythonManager,
            resources={"metadata": {"path": str(self._path.parent)}},
            shutdown_kernel="immediate",
        )
        learners = {name: value for name, value in os.environ.items() if name != SOLUTIONS}
        client.km = client.create_kernel_manager()
        try:
            client.start_new_kernel(env=learners, stdout=self._errors, stderr=self._errors)
            client.start_new_kernel_client()
            client.execute_cell(new_code_cell(_SHOW_TEXT), 0, store_history=False)  # type: ignore[no-untyped-call]
        except (RuntimeError, OSError, DeadKernelError, CellTimeoutError) as error:
            raise CourseError(f"no kernel starts for {name_of(self._path)}: {self._why(error)}") from error

    def end_kernel(self) -> None:
        """End the kernel, whatever it does."""
        if self._client is not None and self._client.km is not None:
            self._client._cleanup_kernel()
        self._client = None

    def run(self, index: int) -> str:
        """Run a cell, in place; how it cost the kernel, or nothing."""
        assert self._client is not None
        cell = self._notebook.cells[index]
        try:
            self._client.execute_cell(cell, index)
        except DeadKernelError:
            return "ended the kernel"
        except CellTimeoutError:
            return f"did not end within {self._limit_s} s"
        return ""

    def start_again(self, lost_at: int) -> bool:
        """A new kernel in which the cells up to ``lost_at`` have run, checks and culprits aside; False: no more."""
        self._culprits.add(lost_at)
        while len(self._culprits) <= MAX_RESTARTS:
            self.end_kernel()
            self.start_kernel()
            again = (index for index in range(lost_at) if self._notebook.cells[index].cell_type == "code")
            lost = next((index for index in again if not self._is_left_out(index) and self.run(index)), None)
            if lost is None:
                return True
            self._culprits.add(lost)
        return False

    def _is_left_out(self, index: int) -> bool:
        return index in self._culprits or bool(self._notebook.cells[index].metadata.get("nbgrader", {}).get("grade"))

    def _why(self, error: Exception) -> str:
        self._errors.seek(0)
        last = [line.strip() for line in self._errors.read().splitlines() if line.strip()][-1:]
        return f"{(last or [str(error)])[0]}; sockets-lab doctor looks for the cause"


class _Client(NotebookClient):
    """Keeps of a cell's outputs only what a check needs: a cell may print without end."""

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], *rest: Any) -> NotebookNode | None:
        """Keep one output, or not."""
        if msg["msg_type"] not in ("error", "execute_result"):
            return None
        kept: NotebookNode | None = super().output(outs, msg, *rest)
        return kept


def _checked(graded: GradedCell, cell: NotebookNode, lost: str) -> Checked:
    points, text = 0.0, ""
    for output in cell.outputs:
        if output.output_type == "execute_result" and _NUMBER.fullmatch(output.data.get("text/plain", "")):
            text = str(output.data.get("text/markdown", "")).rstrip()
            points = float(output.data["text/plain"])
    trouble = f"its check {lost}" if lost else _error(cell)
    if trouble or not text:
        why = trouble.removeprefix("CheckError: ") or f"the cell shows no report; it must say check({graded.name})"
        return Checked(graded.name, 0.0, graded.points, f"{graded.name}: not checked: {why}")
    return Checked(graded.name, min(points, graded.points), graded.points, text)


def _error(cell: NotebookNode) -> str:
    """The error that a cell raised, in a line; empty if it raised none."""
    for output in cell.outputs:
        if output.output_type == "error":
            line = " ".join(_COLOUR.sub("", f"{output.ename}: {output.evalue}").split()).removesuffix(":")
            return _FILE.sub(r"(\1)", line)
    return ""


def _is_worth_telling(error: str, troubled: bool) -> bool:
    """Whether an error is neither the check's to tell, nor most likely a consequence of one that was told."""
    return error not in ("", _NOT_WRITTEN) and not (troubled and error.startswith("NameError"))


def _first_line(cell: NotebookNode) -> str:
    lines = [line.strip() for line in cell.source.splitlines() if line.strip()]
    more = " ..." if len(lines) > 1 else ""
    return f"`{lines[0][:50]}{more}`" if lines else "without code"
