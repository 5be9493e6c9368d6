"""Runs a submission for ``nbgrader autograde``: with hidden trials and the key, and so that no points are an accident.

nbgrader reads points off a cell's outputs: an error is 0, a number is that many, and *anything else is full
points*, a cell that was never run included. Here a graded cell earns only what its check says in so many points.
"""

from __future__ import annotations

import copy
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade
from traitlets import Integer, Unicode, default

from sockets_lab.exercises import HIDDEN_TRIALS
from sockets_lab.grading.kernels import ThisPythonManager, kernel_environment
from sockets_lab.grading.points import NotGraded, add_error, settle
from sockets_lab.referee.client import SOLUTIONS
from sockets_lab.referee.predictions import ANSWERS_FILE

SHOWN_AT_MOST = 1_000_000  # characters of a cell's output; a loop that prints makes more in a second


class NoSolutions(Exception):
    """The hidden trials or the key are not where they should be: nobody can be graded."""


class ExecuteSubmission(Execute):
    """nbgrader's ``Execute`` for the lessons of this course.

    A kernel that ends, or hangs so that it cannot be interrupted, costs the cell that did it. The cells after it
    are run in a new kernel, in which the lesson's own cells have run again.
    """

    solutions = Unicode(
        "", help="The folder with each unit's hidden trials and key. By default the course's source directory."
    ).tag(config=True)
    max_restarts = Integer(
        3, help="How many new kernels a notebook gets for those it loses; after that its cells are not run."
    ).tag(config=True)

    @default("shutdown_kernel")
    def _kill_at_once(self) -> str:
        return "immediate"  # a submission's kernel has nothing to say at its end, and may refuse to end

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: KernelManager | None = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run the notebook and leave outputs by which nbgrader gives the points that were earned.

        Raises:
            NoSolutions, NotGraded: see there.
        """
        told = resources["nbgrader"]
        self._who = f"{told['student']}, {told['assignment']}/{told['notebook']}"
        self._restarts = 0
        self._given_up = False
        self._quit = False
        self._culprits: set[int] = set()
        self._shown: Counter[int] = Counter()
        solutions = self._find_solutions(told["assignment"])
        # What the submission left running may still write there while it is removed.
        with tempfile.TemporaryDirectory(prefix="sockets-lab-", ignore_cleanup_errors=True) as folder:
            self._environment = kernel_environment(folder) | {SOLUTIONS: str(solutions)}
            nb, resources = super().preprocess(nb, resources, km)
        for cell in nb.cells:
            if is_grade(cell) and cell.cell_type == "code":
                self._settle(cell)
        return nb, resources

    @contextmanager
    def setup_kernel(self, **kwargs: Any) -> Iterator[None]:
        """Start the kernel with an environment of its own; this process's stays as it is."""
        with super().setup_kernel(env=self._environment, **kwargs):
            yield

    def create_kernel_manager(self) -> KernelManager:
        """A kernel of the environment that nbgrader runs in, which has the package."""
        self.km = ThisPythonManager(config=self.config)
        return self.km

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, dict[str, Any]]:
        """Run one cell."""
        if not self._given_up and not run_sync(self.km.is_alive)():  # a thread of an earlier cell may have ended it
            self._start_again(index)
        if self._given_up:
            add_error(cell, "NotRun", f"not run: this notebook's kernel was lost {self._restarts + 1} times before")
            return cell, resources
        reason = self._run(cell, index)
        if reason:
            name = cell.metadata.get("nbgrader", {}).get("grade_id") or f"number {index + 1}"
            self.log.warning("%s, cell %s: %s", self._who, name, reason)
            add_error(cell, "KernelLost", reason)
            self._culprits.add(index)
            self._start_again(index + 1)
        return cell, resources

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take in what the kernel says, up to a limit: a loop that prints must not fill this machine's memory."""
        size = _size_of_output(msg)
        self._shown[cell_index] += size
        too_much = (
            size > SHOWN_AT_MOST if msg["msg_type"] == "execute_result" else self._shown[cell_index] > SHOWN_AT_MOST
        )
        if size and too_much:
            if self._shown[cell_index] - size <= SHOWN_AT_MOST:
                self.log.warning("%s, cell number %d: the output is cut short", self._who, cell_index + 1)
            return None
        taken: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return taken

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Look whether the cell has asked for the kernel's end, which comes a moment after its reply."""
        super().on_cell_executed(**kwargs)
        payload = kwargs["execute_reply"]["content"].get("payload", [])
        self._quit = any(one.get("source") == "ask_exit" for one in payload)

    def _find_solutions(self, assignment: str) -> Path:
        if self.solutions:
            folder = Path(self.solutions)
        else:
            coursedir = self.parent.parent.coursedir
            folder = Path(coursedir.format_path(coursedir.source_directory, ".", assignment)).parent
        for name in (HIDDEN_TRIALS, ANSWERS_FILE):
            if not (folder / assignment / name).is_file():
                raise NoSolutions(
                    f"{folder / assignment / name} is missing: nothing can be graded without it; "
                    "set c.ExecuteSubmission.solutions in nbgrader_config.py to the course's folder `solutions`"
                )
        return folder.resolve()

    def _settle(self, cell: NotebookNode) -> None:
        where = f"{self._who}, cell {cell.metadata['nbgrader']['grade_id']}"
        try:
            for told in settle(cell):
                self.log.warning("%s: %s", where, told)
        except NotGraded as error:
            raise NotGraded(f"{where}: {error}") from None

    # A kernel that is lost

    def _run(self, cell: NotebookNode, index: int) -> str:
        """Run ``cell``; why the kernel is of no more use, or nothing."""
        self._quit = False
        try:
            self.execute_cell(cell, index, store_history=True)
        except DeadKernelError:
            return "the kernel ended while this cell ran"
        except CellTimeoutError:
            return f"this cell did not end within {self.timeout} s and could not be interrupted"
        return "this cell ended the kernel by exit() or quit()" if self._quit else ""

    def _start_again(self, until: int) -> None:
        """A new kernel in which the lesson's cells before ``until`` have run, but those that cost a kernel."""
        while self._restarts < self.max_restarts:
            self._restarts += 1
            self._new_kernel()
            if all(self._run_again(index) for index in range(until)):
                return
        self._given_up = True

    def _new_kernel(self) -> None:
        self._cleanup_kernel()
        self.create_kernel_manager()
        try:
            self.start_new_kernel(env=self._environment)
            self.start_new_kernel_client()
        except Exception:
            self.create_kernel_manager()  # for the cleanup that follows
            raise

    def _run_again(self, index: int) -> bool:
        """Run a cell for its effects, unless it is a check; False when that cost the kernel."""
        cell = self.nb.cells[index]
        if is_grade(cell) or index in self._culprits:
            return True
        reason = self._run(copy.deepcopy(cell), index)
        self.nb.cells[index] = cell  # nbclient put the copy there
        if reason:
            self._culprits.add(index)
        return not reason


def _size_of_output(msg: dict[str, Any]) -> int:
    content = msg["content"]
    if msg["msg_type"] == "stream":
        return len(content["text"])
    if msg["msg_type"] in ("execute_result", "display_data", "update_display_data"):
        return sum(len(str(shown)) for shown in content["data"].values())
    return 0
