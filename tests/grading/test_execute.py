"""How trusted submissions are executed, one notebook at a time. See test_sandboxed for the others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from sockets_lab.grading import running, trusted
from sockets_lab.grading.execute import ExecuteSubmission, NoSolutions
from sockets_lab.grading.points import NotGraded
from tests.grading.course import REPOSITORY, UNIT


def graded(name: str, source: str, points: int = 5) -> NotebookNode:
    """A test cell with any source: what is tried here is how its outputs are taken."""
    told = {"grade_id": name, "grade": True, "solution": False, "locked": True, "schema_version": 3, "points": points}
    return new_code_cell(source, metadata={"nbgrader": {**told, "task": False, "cell_type": "code"}})


def run(tmp_path: Path, *cells: NotebookNode, **options: Any) -> dict[str, float]:
    """Execute the cells; the points that nbgrader reads from each graded one."""
    notebook = new_notebook(cells=[new_code_cell(one) if isinstance(one, str) else one for one in cells])
    told = {"student": "ann", "assignment": UNIT, "notebook": "tried", "db_url": "sqlite://"}
    resources = {"nbgrader": told, "metadata": {"path": str(tmp_path)}, "unique_key": "tried"}
    preprocessor = ExecuteSubmission(
        **{"solutions": str(REPOSITORY / "solutions"), "timeout": 20, "trust_submissions": True, **options}
    )
    executed, _ = preprocessor.preprocess(notebook, resources)
    tests = [cell for cell in executed.cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: determine_grade(cell)[0] for cell in tests}


NOISE = """
import os, sys, threading
print("to stderr", file=sys.stderr)
os.write(2, b"to the descriptor\\n")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
"""


def test_a_cell_earns_what_its_check_says_in_so_many_points_and_nothing_else(tmp_path: Path) -> None:
    points = run(
        tmp_path,
        graded("number", "3.5"),
        graded("text", "'5 points'"),
        graded("nothing", "x = 5"),
        graded("printed", "print(5)"),
        graded("too many", "6"),
        graded("below zero", "-1"),
        graded("not a number", "float('nan')"),
        graded("true", "True"),
        graded("shown", "from IPython.display import display; display(5)"),
        graded("two results", "import sys; sys.displayhook(5); 5"),
        graded("then an error", "import sys; sys.displayhook(5); 1 / 0"),
        graded("syntax", "check("),
        graded("noisy", f"{NOISE}\n4"),
    )
    assert points == {**dict.fromkeys(points, 0), "number": 3.5, "noisy": 4}


def test_a_kernel_that_is_lost_costs_the_cell_that_lost_it(tmp_path: Path) -> None:
    points = run(
        tmp_path,
        "kept = 1",
        graded("dies", "import os; os._exit(1)"),
        graded("after it", "kept + 1"),
        "quits = 1\nexit()",
        graded("after exit", "kept + 2"),
        "made_by_the_one_that_quits = quits",
        graded("of what quit", "quits"),
        graded("in the end", "kept + 3"),
    )
    assert points == {"dies": 0, "after it": 2, "after exit": 3, "of what quit": 0, "in the end": 4}


def test_a_loop_that_cannot_be_interrupted_ends_with_the_cells_time(tmp_path: Path) -> None:
    points = run(
        tmp_path,
        graded("hangs", "import itertools; sum(itertools.repeat(0))"),
        graded("swallows", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
        graded("next", "5"),
        timeout=2,
    )
    assert points == {"hangs": 0, "swallows": 0, "next": 5}


def test_new_kernels_have_an_end(tmp_path: Path) -> None:
    dying = [graded(f"dies {number}", "import os; os._exit(1)") for number in range(3)]
    assert set(run(tmp_path, *dying, graded("last", "5"), max_restarts=1).values()) == {0}


def test_a_loop_that_prints_is_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trusted, "SHOWN_AT_MOST", 1000)
    noisy = graded("noisy", "for _ in range(100): print('x' * 100, flush=True)\n4")
    large = graded("large", "'x' * 2000")
    assert run(tmp_path, noisy, large, graded("next", "5")) == {"noisy": 4, "large": 0, "next": 5}
    assert 0 < sum(len(output.get("text", "")) for output in noisy.outputs) <= 1000


def test_a_fault_of_the_labs_own_is_nobodys_zero(tmp_path: Path) -> None:
    fault = "from sockets_lab.referee.errors import LabFault\nraise LabFault('the lab's own trial failed')"
    with pytest.raises(NotGraded, match=r"^ann, 2-stream/tried, cell send_all: the lab's own trial failed; mend that"):
        run(tmp_path, graded("send_all", fault.replace("'the", '"the').replace("failed'", 'failed"')))


def test_a_trial_that_this_machine_cannot_run_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shown = "class Report:\n    def _repr_mimebundle_(self, **_):\n"
    shown += "        return {'text/plain': '4', 'text/html': '<tr class=sl-skipped>'}\nReport()"
    assert run(tmp_path, graded("accept_n", shown)) == {"accept_n": 4}
    assert "cell accept_n: this machine cannot run a trial; its points are not given" in caplog.text


def test_only_the_submissions_kernel_is_told_where_the_hidden_trials_are(tmp_path: Path) -> None:
    points = run(
        tmp_path,
        graded("hidden trials", "import os; int(os.path.isdir(os.environ['SOCKETS_LAB_SOLUTIONS'])) * 5"),
        graded("progress", "int(os.environ['SOCKETS_LAB_PROGRESS'] != 'theirs') * 5"),
    )
    assert points == {"hidden trials": 5, "progress": 5}
    assert "SOCKETS_LAB_SOLUTIONS" not in os.environ


def test_nobody_is_graded_without_the_hidden_trials(tmp_path: Path) -> None:
    with pytest.raises(NoSolutions, match=r"hidden_trials\.py is missing: nothing can be graded without it; set c\."):
        run(tmp_path, graded("any", "5"), solutions=str(tmp_path))


def test_a_notebook_has_a_time_of_its_own_after_which_nothing_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(running, "WORTH_OF_CELLS", 0.05)
    points = run(tmp_path, graded("early", "4"), "import time; time.sleep(1.1)", graded("late", "5"))
    assert points == {"early": 4, "late": 0}
    assert "its time, 1 s, is over; the rest is not run" in caplog.text
