"""A notebook in, the executed notebook and verdicts out, with the submission in a sandbox. See also tests/attacks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from sockets_lab.exercises import EXERCISES
from sockets_lab.grading.points import NotGraded
from sockets_lab.grading.sandboxed import Graded, grade_notebook
from sockets_lab.kernel.limits import MIB, Limits
from tests.grading.course import BANK, RECV_FRAME, REPOSITORY, SEND_ALL, UNIT, function

pytestmark = pytest.mark.usefixtures("sandbox")
IMPORT = "import socket, struct\nfrom sockets_lab import check, predict, replay"
RIGHT = {
    "send_all": function("send_all", "sock, data", SEND_ALL),
    "recv_frame": function("recv_frame", "sock, max_len", RECV_FRAME),
}
PREDICT = 'recv_count = predict("How many?", choices=["one", "two", "either"], answer="{}")'
BEHIND_A_REFEREE = """
from sockets_lab.exercises import find_exercise
from sockets_lab.exercises.table import Hints
EXERCISE = find_exercise("send_all")
EXERCISE.trials.clear()
@EXERCISE.trial("a trial", Hints("key", "a question", "a direction", "an answer"), hidden=True)
def a_trial(t):
    {}
"""


def graded_cell(name: str, source: str = "") -> NotebookNode:
    points = EXERCISES[name].points if name in EXERCISES else 1
    told = {"grade_id": name, "grade": True, "solution": False, "locked": True, "schema_version": 3, "task": False}
    return new_code_cell(source or f"check({name})", metadata={"nbgrader": {**told, "points": points}})


def grade(*cells: str | NotebookNode, **options: Any) -> Graded:
    made = [new_code_cell(one) if isinstance(one, str) else one for one in (IMPORT, *cells)]
    given = {"solutions": REPOSITORY / "solutions", "unit": UNIT, "timeout": 20, **options}
    return grade_notebook(new_notebook(cells=made), **given)


def points(graded: Graded) -> dict[str, float]:
    """What the referee gives, which must be what nbgrader reads."""
    cells = [cell for cell in graded.notebook.cells if "nbgrader" in cell.metadata]
    read = {cell.metadata.nbgrader.grade_id: determine_grade(cell)[0] for cell in cells}
    assert read == {name: verdict.points for name, verdict in graded.verdicts.items()}
    return read


def shown(graded: Graded, name: str) -> list[NotebookNode]:
    (cell,) = (one for one in graded.notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == name)
    return list(cell.outputs)


def from_bank(exercise: str, submission: str) -> str:
    return (BANK / exercise / f"{submission}.py").read_text()


def test_right_work_earns_everything_and_the_reports_are_the_graders() -> None:
    graded = grade(
        *(PREDICT.format("c"), graded_cell("recv_count"), RIGHT["send_all"], graded_cell("send_all")),
        "def recv_frame(sock, max_len):\n    print('<script>')\n    return sock.recv(max_len)",
        graded_cell("recv_frame"),
    )
    assert points(graded)["recv_count"] == 1 and points(graded)["send_all"] == 4 and points(graded)["recv_frame"] < 2
    report = shown(graded, "recv_frame")[0]
    assert report.output_type == "execute_result" and "a hidden trial" in report.data["text/html"]
    assert "<script>" not in report.data["text/html"] and "&lt;script&gt;" in report.data["text/html"]
    hidden = [one for one in graded.verdicts["recv_frame"].findings.verdicts if one.hidden]
    assert len(hidden) > 3 and not any(one.title in str(report) for one in hidden)
    assert "predicted c) either" in shown(graded, "recv_count")[0].data["text/html"]
    assert len(graded.ended) == 1 and graded.ended[0].usage.memory_bytes > MIB


def test_what_the_referee_sees_from_outside_is_what_it_sees_beside_the_kernel() -> None:
    wrong = {
        "send_all": ("wrong_spins", "send_spins"),
        "connect_any": ("wrong_leaks_all_losers", "leaks_losers"),
        "exchange": ("wrong_leaves_thread", "thread_left"),
        "bind_server": ("wrong_leaks_on_error", "fd_leak"),
    }
    cells: list[str | NotebookNode] = []
    for name, (submission, _) in wrong.items():
        cells += [from_bank(name, submission), graded_cell(name)]
    graded = grade(*cells)
    drawn = {name: verdict.findings.first_failure.hint_key for name, verdict in graded.verdicts.items()}
    assert drawn == {name: hint for name, (_, hint) in wrong.items()}


def test_only_the_first_check_in_the_graded_cell_counts_and_others_are_practice() -> None:
    graded = grade(
        f"{RIGHT['recv_frame']}\ndef send_all(sock, data):\n    sock.send(data)",
        "report = check(send_all)\nfound = report.findings.verdicts\nprint(len(found), any(v.hidden for v in found))",
        "print(replay(send_all, report.findings.first_failure.trial, seed=5).findings.seed)",
        graded_cell("send_all", f"before = check(send_all)\n{RIGHT['send_all']}\ncheck(send_all)"),
        graded_cell("recv_frame", "check(send_all)"),
    )
    first = graded.verdicts["send_all"].findings
    assert 0 < points(graded)["send_all"] < 4 and any(one.hidden for one in first.verdicts)
    assert graded.verdicts["recv_frame"].findings is None
    visible = sum(not trial.hidden for trial in EXERCISES["send_all"].trials) + 1
    assert graded.notebook.cells[2].outputs[0].text == f"{visible} False\n"
    assert graded.notebook.cells[3].outputs[0].text == "5\n"


def test_practice_has_an_end() -> None:
    again = "count = 0\nwhile count < 100:\n    check(send_all)\n    count += 1"
    graded = grade("def send_all(sock, data): pass", again, "print(count)", graded_cell("send_all"))
    assert graded.notebook.cells[3].outputs[0].text == "20\n"
    assert "there were enough checks" in graded.notebook.cells[2].outputs[0].evalue
    assert graded.verdicts["send_all"].findings is not None


def test_a_cell_without_a_verdict_says_why(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    graded = grade(
        graded_cell("make_stream"),
        graded_cell("send_all", "5"),
        "def recv_frame(sock): pass",
        graded_cell("recv_frame"),
        who="ann, 2-stream/tried",
    )
    assert points(graded) == {"make_stream": 0, "send_all": 0, "recv_frame": 0}
    told = {name: shown(graded, name)[0].evalue for name in graded.verdicts}
    reason = "the check did not reach the referee"
    assert told["make_stream"].startswith(f"{reason}; the cell raised CheckError: make_stream is not defined yet")
    assert told["send_all"] == f"{reason}; 0 points"
    assert "recv_frame(sock) has the wrong parameters" in told["recv_frame"]
    assert f"ann, 2-stream/tried, cell send_all: {reason}; 0 points" in caplog.text


def test_a_kernel_that_is_lost_costs_the_cell_that_lost_it_and_names_the_limit() -> None:
    dies = "def send_all(sock, data):\n    import ctypes\n    ctypes.string_at(0)"
    graded = grade(
        RIGHT["recv_frame"], dies, graded_cell("send_all"), "kept = bytearray(300_000_000)", graded_cell("recv_frame"),
        limits=Limits(memory_bytes=256 * MIB),
    )  # fmt: skip
    lost, after = shown(graded, "send_all")[0], shown(graded, "recv_frame")[0]
    assert lost.evalue == "the kernel ended while this cell ran: ended by SIGSEGV"
    assert after.data["text/plain"] == "5"
    assert len(graded.ended) == 2 and graded.ended[0].status == -11
    assert any("MemoryError" in str(output) or "256 MiB" in str(output) for output in graded.notebook.cells[4].outputs)


def test_a_limit_for_which_a_kernel_is_ended_is_named_in_the_cell() -> None:
    quiet = "import os, time, warnings\nwarnings.simplefilter('ignore')\n"  # Python 3.12: of a fork beside threads
    bomb = "for _ in range(4):\n    if not os.fork():\n        kept = bytearray(os.urandom(90_000_000))\n"
    graded = grade(f"{quiet}{bomb}        time.sleep(30)\ntime.sleep(30)", limits=Limits(memory_bytes=256 * MIB))
    (lost,) = graded.notebook.cells[1].outputs
    expected = "the kernel ended while this cell ran: ended: it used more than 256 MiB of memory"
    assert (lost.ename, lost.evalue) == ("KernelLost", expected)


def test_a_check_that_its_cell_cuts_off_has_no_verdict() -> None:
    hangs = "def send_all(sock, data):\n    import itertools\n    sum(itertools.repeat(0))"
    loops = "def recv_frame(sock, max_len):\n    while True: pass"
    graded = grade(hangs, graded_cell("send_all"), loops, graded_cell("recv_frame"), "7", timeout=2, iopub_timeout=2)
    assert points(graded) == {"send_all": 0, "recv_frame": 0}
    reason = "this cell did not end within 2 s and could not be interrupted"
    assert graded.verdicts["send_all"].reason == shown(graded, "send_all")[0].evalue == reason
    assert "before the verdict" in graded.verdicts["recv_frame"].reason
    assert "you stopped check(recv_frame) before its verdict" in str(shown(graded, "recv_frame")[0])
    assert graded.notebook.cells[-1].outputs[0].data == {"text/plain": "7"}


@pytest.mark.parametrize(
    ("trial", "reason"),
    [
        ("1 / 0", "the lab's own trial failed: ZeroDivisionError"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the referee's own process ended with status -9"),
    ],
)
def test_a_fault_of_ours_is_nobodys_zero(trial: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / UNIT).mkdir()
    (tmp_path / UNIT / "hidden_trials.py").write_text(BEHIND_A_REFEREE.format(trial))
    (tmp_path / UNIT / "answers.toml").touch()
    with pytest.raises(NotGraded, match=rf"^ann, cell send_all: {reason}"):
        grade(RIGHT["send_all"], graded_cell("send_all"), solutions=tmp_path, who="ann")


def test_hidden_trials_that_cannot_be_loaded_are_a_fault_of_ours(tmp_path: Path) -> None:
    (tmp_path / UNIT).mkdir()
    (tmp_path / UNIT / "hidden_trials.py").write_text("import no_such_module")
    (tmp_path / UNIT / "answers.toml").touch()
    with pytest.raises(NotGraded, match="the referee could not begin: ModuleNotFoundError"):
        grade(solutions=tmp_path)


def test_an_ordinary_user_grades_as_root_does(as_learner: Callable[..., str]) -> None:
    wrong = from_bank("bind_server", "wrong_leaks_on_error")
    said = as_learner(f"""
        import sys
        from pathlib import Path
        sys.path.insert(0, {str(REPOSITORY)!r})
        from nbformat.v4 import new_code_cell, new_notebook
        from sockets_lab.grading.sandboxed import grade_notebook
        from sockets_lab.kernel import release
        told = {{"grade": True, "solution": False, "locked": True, "schema_version": 3, "task": False}}
        def graded(name, points):
            metadata = {{"nbgrader": {{**told, "grade_id": name, "points": points}}}}
            return new_code_cell(f"check({{name}})", metadata=metadata)
        cells = [new_code_cell(source) for source in {[IMPORT, RIGHT["send_all"], wrong]!r}]
        cells += [graded("send_all", 4), graded("bind_server", 5)]
        solutions = Path({str(REPOSITORY)!r}, "solutions")
        verdicts = grade_notebook(new_notebook(cells=cells), solutions=solutions, unit="2-stream").verdicts
        release()
        print(verdicts["send_all"].points, verdicts["bind_server"].findings.first_failure.hint_key)
    """)
    assert said == "4.0 fd_leak\n"
