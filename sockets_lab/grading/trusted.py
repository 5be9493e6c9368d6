"""A run without a sandbox, for submissions that an instructor trusts: in a plain kernel, which can read hidden trials.

nbgrader reads points off a cell's outputs: an error is 0, a number is that many, and *anything else is full points*, a
cell that was never run included. Here a graded cell earns only what its check says in so many points. Who sets out to
forge that can.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from nbformat.notebooknode import NotebookNode
from nbgrader.utils import is_grade

from sockets_lab.grading.kernels import ThisPythonManager, kernel_environment
from sockets_lab.grading.points import NotGraded, settle
from sockets_lab.grading.running import NotebookRun
from sockets_lab.referee.client import SOLUTIONS

SHOWN_AT_MOST = 1_000_000  # characters of a cell's output; a loop that prints makes more in a second


class TrustedRun(NotebookRun):
    """A run in a kernel of this environment.

    Args:
        solutions: the folder with each unit's hidden trials and key, which the kernel is told.
        folder: for what the kernel writes, which the caller removes.
    """

    def __init__(self, notebook: NotebookNode, *, solutions: Path, folder: str, **options: Any) -> None:
        super().__init__(notebook, **options)
        self._environment = kernel_environment(folder) | {SOLUTIONS: str(solutions)}
        self._shown: Counter[int] = Counter()

    def new_manager(self) -> tuple[KernelManager, dict[str, Any]]:
        """One of the environment that nbgrader runs in, which has the package; this process's variables stay."""
        return ThisPythonManager(config=self.config), {"env": self._environment}

    def run(self) -> None:
        """Run every cell and leave outputs by which nbgrader gives the points that were earned.

        Raises:
            NotGraded: see there.
        """
        super().run()
        for cell in self.nb.cells:
            if is_grade(cell) and cell.cell_type == "code":
                self._settle(cell)

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take in what the kernel says, up to a limit: a loop that prints must not fill this machine's memory."""
        size = _size_of_output(msg)
        self._shown[cell_index] += size
        too_much = (
            size > SHOWN_AT_MOST if msg["msg_type"] == "execute_result" else self._shown[cell_index] > SHOWN_AT_MOST
        )
        if size and too_much:
            if self._shown[cell_index] - size <= SHOWN_AT_MOST:
                self.log.warning("%s, cell number %d: the output is cut short", self.who, cell_index + 1)
            return None
        taken: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return taken

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Let an error of the reply be seen that was not shown: that the cell's time was up."""
        super().on_cell_executed(**kwargs)
        reply, outputs = kwargs["execute_reply"]["content"], kwargs["cell"].outputs
        known = [output.ename for output in outputs if output.output_type == "error"]
        if reply["status"] == "error" and reply["ename"] not in known:
            told = {name: reply[name] for name in ("ename", "evalue", "traceback")}
            outputs.append(NotebookNode(output_type="error", **told))

    def _settle(self, cell: NotebookNode) -> None:
        where = f"{self.who}, cell {cell.metadata['nbgrader']['grade_id']}"
        try:
            for told in settle(cell):
                self.log.warning("%s: %s", where, told)
        except NotGraded as error:
            raise NotGraded(f"{where}: {error}") from None


def _size_of_output(msg: dict[str, Any]) -> int:
    content = msg["content"]
    if msg["msg_type"] == "stream":
        return len(content["text"])
    if msg["msg_type"] in ("execute_result", "display_data", "update_display_data"):
        return sum(len(str(shown)) for shown in content["data"].values())
    return 0
