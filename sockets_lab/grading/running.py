"""Runs a submission's notebook cell by cell, and goes on in a new kernel when it loses one.

A kernel that ends, or hangs so that it cannot be interrupted, costs the cell that did it. The cells after it are run
in a new kernel, in which the lesson's own cells have run again.
"""

from __future__ import annotations

import copy
import logging
import time
from typing import Any

from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat.notebooknode import NotebookNode
from nbgrader.utils import is_grade

from sockets_lab.grading.points import add_error

CELL_TIMEOUT_S = 60
MAX_RESTARTS = 3
WORTH_OF_CELLS = 10  # a notebook's time, in those of a cell: or each of its cells could take all of its own
TIME_IS_UP = {"ename": "CellTimeoutError", "evalue": "", "traceback": ["CellTimeoutError: this cell's time was up"]}
LANGUAGE = {"name": "python"}


class NotebookRun(NotebookClient):
    """One run of one notebook.

    Args:
        notebook: changed in place: its cells get their outputs.
        who: whose it is, for the log.
        max_restarts: how many new kernels it gets for those it loses; after that its cells are not run.
        options: as for nbclient.
    """

    def __init__(
        self, notebook: NotebookNode, *, who: str, log: logging.Logger, max_restarts: int = MAX_RESTARTS, **options: Any
    ) -> None:
        settled = {"allow_errors": True, "store_widget_state": False, "record_timing": False, "log": log}
        given = {"timeout": CELL_TIMEOUT_S, "iopub_timeout": 10, "interrupt_on_timeout": True, "startup_timeout": 60}
        more = {"raise_on_iopub_timeout": True, "error_on_timeout": TIME_IS_UP, "shutdown_kernel": "immediate"}
        super().__init__(notebook, **{**given, **more, **options, **settled})
        self.who = who
        self._max_restarts = max_restarts
        self._restarts = 0
        self._given_up = ""
        self._time_s = WORTH_OF_CELLS * float(self.timeout or CELL_TIMEOUT_S)
        self._begun = time.monotonic()
        self._quit = False
        self._culprits: set[int] = set()

    def run(self) -> None:
        """Run every cell."""
        self.reset_execution_trackers()
        try:
            self._new_kernel()
            self._begun = time.monotonic()
            for index, cell in enumerate(self.nb.cells):
                if cell.cell_type == "code":
                    self._run_first(cell, index)
        finally:
            self.end_kernel()
        self.nb.metadata["language_info"] = NotebookNode(LANGUAGE)
        self.nb.metadata.pop("widgets", None)

    # What kinds of runs differ in

    def new_manager(self) -> tuple[KernelManager, dict[str, Any]]:
        """A manager for the next kernel, and the arguments to start it with."""
        raise NotImplementedError

    def kernel_started(self) -> None:
        """A kernel is ready."""

    def before(self, cell: NotebookNode) -> None:
        """A cell is about to be run."""

    def after(self, cell: NotebookNode, lost: str) -> None:
        """A cell was run for its outputs; ``lost`` says why that cost the kernel, if it did."""

    def how_it_ended(self) -> str:
        """What is known of the end of the kernel that has just been lost."""
        return ""

    def is_alive(self) -> bool:
        """Whether the kernel runs."""
        return bool(self.km is not None and run_sync(self.km.is_alive)())  # type: ignore[arg-type]

    def end_kernel(self) -> None:
        """End the kernel if there is one."""
        if self.km is not None and self.km.has_kernel:
            self._cleanup_kernel()
        self.km = self.kc = None

    # A cell

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Look whether the cell has asked for the kernel's end, which comes a moment after its reply."""
        payload = kwargs["execute_reply"]["content"].get("payload", [])
        self._quit = any(one.get("source") == "ask_exit" for one in payload)

    def _run_first(self, cell: NotebookNode, index: int) -> None:
        cell.outputs, cell.execution_count = [], None
        self._look_at_the_clock()
        if not self._given_up and not self.is_alive():  # a thread of an earlier cell may have ended it
            self._start_again(index)
        if self._given_up:
            add_error(cell, "NotRun", f"not run: {self._given_up}")
            return
        reason = self._run(cell, index)
        self.after(cell, reason)
        if reason:
            name = cell.metadata.get("nbgrader", {}).get("grade_id") or f"number {index + 1}"
            self.log.warning("%s, cell %s: %s", self.who, name, reason)
            add_error(cell, "KernelLost", reason)
            self._culprits.add(index)
            self._start_again(index + 1)

    def _run(self, cell: NotebookNode, index: int) -> str:
        """Run ``cell``; why the kernel is of no more use, or nothing."""
        self._quit = False
        self.before(cell)
        try:
            self.execute_cell(cell, index, store_history=True)
        except DeadKernelError:
            how = self.how_it_ended()
            return f"the kernel ended while this cell ran{f': {how}' if how else ''}"
        except CellTimeoutError:
            return f"this cell did not end within {self.timeout} s and could not be interrupted"
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
            # nbclient trusts in the shape of what a kernel says; a submission's kernel may say anything.
            return (
                f"what the kernel said while this cell ran could not be read ({type(error).__name__}: {error!s:.100})"
            )
        return "this cell ended the kernel by exit() or quit()" if self._quit else ""

    # A kernel that is lost

    def _start_again(self, until: int) -> None:
        """A new kernel in which the lesson's cells before ``until`` have run, but those that cost a kernel."""
        while self._restarts < self._max_restarts and not self._given_up:
            self._restarts += 1
            self._new_kernel()
            if all(self._run_again(index) for index in range(until)):
                return
            self._look_at_the_clock()
        self._given_up = self._given_up or f"this notebook's kernel was lost {self._restarts + 1} times before"

    def _look_at_the_clock(self) -> None:
        if not self._given_up and time.monotonic() - self._begun > self._time_s:
            self._given_up = f"this notebook's time, {self._time_s:g} s, was over before"
            self.log.warning("%s: its time, %g s, is over; the rest is not run", self.who, self._time_s)

    def _new_kernel(self) -> None:
        self.end_kernel()
        self.km, arguments = self.new_manager()
        self.start_new_kernel(**arguments)
        self.start_new_kernel_client()
        self.kernel_started()

    def _run_again(self, index: int) -> bool:
        """Run a cell for its effects, unless it is a check; False when that cost the kernel."""
        cell = self.nb.cells[index]
        if cell.cell_type != "code" or is_grade(cell) or index in self._culprits:
            return True
        reason = self._run(copy.deepcopy(cell), index)
        self.nb.cells[index] = cell  # nbclient put the copy there
        if reason:
            self._culprits.add(index)
        return not reason
