"""The whole round with nbgrader's own commands, in a course of its own; the gradebook is read at the end."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell, new_raw_cell
from nbgrader.api import Gradebook, MissingEntry

from sockets_lab.exercises import EXERCISES, load_hidden_trials
from sockets_lab.grading.bank import bank
from tests.grading.conftest import has_sandbox
from tests.grading.course import BANK, LESSON, REPOSITORY, UNIT, cell, course_of, solve

pytestmark = pytest.mark.slow
DUE, LATE = "2099-01-31 12:00:00 UTC", "2099-01-31 13:00:00 UTC"
CELL_TIMEOUT_S = 15
CELLS = ("recv_count", "send_all", "recv_frame")
Change = Callable[[NotebookNode], None]

ACTIVE = "<script>give_me_points()</script>"
SINGLE_RECV = BANK / "recv_frame" / "wrong_single_recv.py"
SWALLOWS_ALL = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
IN_C = "import itertools\nsum(itertools.repeat(0))"
NOISE = """
import sys, threading, time
print("to stderr", file=sys.stderr)
def fail_again_and_again():
    while True:
        threading.Thread(target=lambda: 1 / 0).start()
        time.sleep(0.02)
threading.Thread(target=fail_again_and_again, daemon=True).start()
"""
LATE_PENALTY = """
from nbgrader.plugins import BasePlugin

class HalfPoint(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.5

c.AssignLatePenalties.plugin_class = HalfPoint
"""


def _partial(nb: NotebookNode) -> None:
    solve(nb, answer='"a"')
    cell(nb, "recv_frame-code").source = SINGLE_RECV.read_text()


def _syntax_error(nb: NotebookNode) -> None:
    solve(nb)
    cell(nb, "send_all-code").source = "def send_all(sock, data):\n    return ("


def _test_cells_deleted(nb: NotebookNode) -> None:
    solve(nb)
    nb.cells = [one for one in nb.cells if one.metadata.get("nbgrader", {}).get("grade_id") not in CELLS]


def _cells_deleted(nb: NotebookNode) -> None:
    solve(nb)
    nb.cells = [one for one in nb.cells if "send_all" not in str(one.metadata.get("nbgrader"))]


def _test_cells_edited(nb: NotebookNode) -> None:
    solve(nb, recv_frame="return None")
    cell(nb, "send_all").source = "check(recv_frame)"
    cell(nb, "recv_frame").source = "5"
    for name in CELLS:
        cell(nb, name).metadata.nbgrader.points = 100
    cell(nb, "recv_frame").metadata.tags = ["skip-execution"]


def _noisy(nb: NotebookNode) -> None:
    solve(nb, send_all="import sys; print('again', file=sys.stderr)\nwhile data:\n    data = data[sock.send(data):]")
    cell(nb, "send_all-code").source += NOISE
    nb.cells[:0] = [new_markdown_cell(f"a note {ACTIVE}"), new_raw_cell(ACTIVE)]


def _leaves(nb: NotebookNode) -> None:
    solve(nb)
    cell(nb, "send_all-code").source += "exit()"


# Who hands in what, and what it is worth: the prediction, send_all, recv_frame. None where it is looked up.
STUDENTS: dict[str, tuple[Change, tuple[float | None, ...]]] = {
    "untouched": (lambda nb: None, (0, 0, 0)),
    "partial": (_partial, (0, 4, None)),
    "loop": (lambda nb: solve(nb, send_all="while True: pass"), (1, 0, 5)),
    "swallows": (lambda nb: solve(nb, send_all=SWALLOWS_ALL), (1, 0, 5)),
    "in_c": (lambda nb: solve(nb, send_all=IN_C), (1, 0, 5)),
    "syntax": (_syntax_error, (1, 0, 5)),
    "deleted_tests": (_test_cells_deleted, (1, 4, 5)),
    "deleted_cells": (_cells_deleted, (1, 0, 5)),
    "edited": (_test_cells_edited, (1, 4, 0)),
    "noisy": (_noisy, (1, 4, 5)),
    "types": (lambda nb: solve(nb, send_all="return {1: object()}", recv_frame="return [sock]"), (1, 0, 0)),
    "dies": (lambda nb: solve(nb, send_all="import ctypes; ctypes.string_at(0)"), (1, 0, 5)),
    "leaves": (_leaves, (1, 0, 5)),
}


class Round:
    """The round, once for all tests of this module."""

    def __init__(self, root: Path) -> None:
        self.course = course = course_of(root)
        trusted = f"c.ExecuteSubmission.trust_submissions = {not has_sandbox()}"
        course.write_config(course.folder, f"c.Execute.timeout = {CELL_TIMEOUT_S}", trusted, LATE_PENALTY)
        course.nbgrader("generate_assignment", UNIT)
        course.nbgrader("db", "assignment", "add", UNIT, f"--duedate={DUE}")
        course.nbgrader("release_assignment", UNIT)
        self.learner = root / "learner"
        self.through_the_exchange()
        for student, (change, _) in STUDENTS.items():
            course.hand_in(student, change)
        course.hand_in("late", solve, at=LATE)
        course.hand_in("garbled", solve).write_text("<html>")
        course.nbgrader("collect", UNIT)
        self.said = course.nbgrader("autograde", UNIT, fails=True)
        course.nbgrader("generate_feedback", UNIT)
        course.nbgrader("release_feedback", UNIT)
        course.nbgrader("fetch_feedback", UNIT, cwd=self.learner)
        course.nbgrader("export")

    def through_the_exchange(self) -> None:
        """What a learner does, who is whoever runs the tests."""
        course = self.course
        course.write_config(self.learner)
        self.listed = course.nbgrader("list", cwd=self.learner)
        course.nbgrader("fetch_assignment", UNIT, cwd=self.learner)
        self.fetched = sorted(path.name for path in (self.learner / UNIT).iterdir())
        path = self.learner / UNIT / f"{LESSON}.ipynb"
        self.validated_untouched = course.nbgrader("validate", str(path), cwd=self.learner)
        notebook = nbformat.read(path, as_version=4)
        solve(notebook)
        nbformat.write(notebook, path)
        self.validated = course.nbgrader("validate", str(path), cwd=self.learner)
        course.nbgrader("submit", UNIT, cwd=self.learner)
        (submitted,) = (course.exchange / "sockets-lab" / "inbound").iterdir()
        self.perfect = submitted.name.partition("+")[0]

    def points(self, student: str) -> tuple[float, ...]:
        """What the gradebook has for the lesson's graded cells, in order."""
        with self.gradebook() as gradebook:
            notebook = gradebook.find_submission_notebook(LESSON, UNIT, student)
            scores = {grade.name: grade.score for grade in notebook.grades if not grade.needs_manual_grade}
        return tuple(scores[name] for name in CELLS)

    def gradebook(self) -> Gradebook:
        """The course's; to be closed."""
        return Gradebook(f"sqlite:///{self.course.folder / 'gradebook.db'}")

    def feedback(self, student: str) -> str:
        """What the student is shown."""
        return (self.course.folder / "feedback" / student / UNIT / f"{LESSON}.html").read_text()


@pytest.fixture(scope="module")
def whole_round(tmp_path_factory: pytest.TempPathFactory) -> Round:
    return Round(tmp_path_factory.mktemp("round"))


def test_a_learner_finds_the_assignment_and_gets_the_lesson_alone(whole_round: Round) -> None:
    assert f"sockets-lab {UNIT}" in whole_round.listed
    assert whole_round.fetched == [f"{LESSON}.ipynb"]


def test_validate_tells_a_learner_how_it_stands(whole_round: Round) -> None:
    assert "Success! Your notebook passes all the tests." in whole_round.validated
    assert "FAILED" in whole_round.validated_untouched
    assert "check(send_all)" in whole_round.validated_untouched


def test_a_perfect_submission_earns_every_point(whole_round: Round) -> None:
    assert whole_round.points(whole_round.perfect) == (1, 4, 5)
    with whole_round.gradebook() as gradebook:
        submission = gradebook.find_submission(UNIT, whole_round.perfect)
        assert (submission.score, submission.max_score, submission.needs_manual_grade) == (10, 10, False)


@pytest.mark.parametrize("student", STUDENTS)
def test_a_submission_earns_exactly_its_part(whole_round: Round, student: str) -> None:
    expected = STUDENTS[student][1]
    if None in expected:
        (row,) = bank(BANK.parent, solutions=REPOSITORY / "solutions", only=f"recv_frame/{SINGLE_RECV.name}")
        assert 0 < row.points < 5
        expected = tuple(row.points if points is None else points for points in expected)
    assert whole_round.points(student) == expected, whole_round.said


def test_a_late_submission_is_marked_late_and_pays_what_the_course_asks(whole_round: Round) -> None:
    with whole_round.gradebook() as gradebook:
        late = gradebook.find_submission(UNIT, "late")
        assert (late.total_seconds_late, late.late_submission_penalty, late.score) == (3600, 0.5, 10)
        assert gradebook.find_submission(UNIT, "partial").total_seconds_late == 0
    assert whole_round.points("late") == (1, 4, 5)


def test_a_file_that_is_no_notebook_gets_a_reason_and_the_others_are_graded(whole_round: Round) -> None:
    assert f"garbled's {LESSON}.ipynb is not a notebook" in whole_round.said
    with whole_round.gradebook() as gradebook:
        try:
            grades = gradebook.find_submission_notebook(LESSON, UNIT, "garbled").grades
        except MissingEntry:
            return
        assert all(grade.auto_score is None and grade.needs_manual_grade for grade in grades)


def test_what_cost_a_kernel_is_named_to_the_instructor_and_to_the_student(whole_round: Round) -> None:
    assert f"dies, {UNIT}/{LESSON}, cell send_all: the kernel ended while this cell ran" in whole_round.said
    assert f"in_c, {UNIT}/{LESSON}, cell send_all: this cell did not end within {CELL_TIMEOUT_S} s" in whole_round.said
    assert "the kernel ended while this cell ran" in whole_round.feedback("dies")


def test_feedback_has_the_report_and_nothing_of_the_hidden_trials_but_a_hint(whole_round: Round) -> None:
    shown = whole_round.feedback("partial")
    assert "a frame that arrives one byte at a time" in shown
    assert "What will you do when it gives you 1?" in shown
    exercise = EXERCISES["recv_frame"]
    load_hidden_trials(REPOSITORY / "solutions", exercise)
    hidden = [trial.title for trial in exercise.trials if trial.hidden]
    assert len(hidden) > 5
    assert not [title for title in hidden if title in shown]


def test_html_in_a_learners_text_cells_is_shown_and_not_obeyed(whole_round: Round) -> None:
    shown = whole_round.feedback("noisy")
    assert shown.count("give_me_points()") == 2
    assert ACTIVE not in shown
    assert '<h1 id="A-lesson">' in shown  # the lesson's own text is still drawn


def test_feedback_reaches_the_learner(whole_round: Round) -> None:
    (fetched,) = (whole_round.learner / UNIT / "feedback").rglob("*.html")
    assert "10" in fetched.read_text()


def test_export_has_a_line_for_everybody(whole_round: Round) -> None:
    with open(whole_round.course.folder / "grades.csv", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores.keys() >= {*STUDENTS, whole_round.perfect, "late"}
    assert (scores[whole_round.perfect], scores["late"], scores["untouched"], scores["dies"]) == (10, 9.5, 0, 6)
