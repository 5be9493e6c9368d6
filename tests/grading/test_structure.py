from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.notebooknode import NotebookNode

from sockets_lab.exercises import EXERCISES
from sockets_lab.grading import structure
from sockets_lab.grading.lessons import LessonError, read_lesson
from sockets_lab.grading.structure import problems, read_answers
from tests.grading.course import UNIT, cell, lesson_text

ANSWERS = {"recv_count": "c"}


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NotebookNode:
    monkeypatch.setattr(structure, "UNITS", {UNIT: (EXERCISES["send_all"], EXERCISES["recv_frame"])})
    path = tmp_path / "transfer.md"
    path.write_text(lesson_text())
    return read_lesson(path)


def _problems(lesson: NotebookNode, answers: dict[str, object] = ANSWERS) -> list[str]:
    return list(problems(UNIT, {"transfer": lesson}, answers))


def _without(lesson: NotebookNode, grade_id: str) -> NotebookNode:
    lesson.cells.remove(cell(lesson, grade_id))
    return lesson


def test_a_lesson_as_it_should_be_has_no_problems(lesson: NotebookNode) -> None:
    assert _problems(lesson) == []


def test_a_test_cell_says_check_and_nothing_else(lesson: NotebookNode) -> None:
    cell(lesson, "send_all").source = "print(check(send_all))"
    assert _problems(lesson) == ["transfer: the cell send_all must say check(send_all) and nothing else"]


@pytest.mark.parametrize(("key", "value"), [("points", 3), ("locked", False), ("solution", True)])
def test_a_test_cell_is_locked_and_worth_the_exercises_points(lesson: NotebookNode, key: str, value: object) -> None:
    cell(lesson, "send_all").metadata.nbgrader[key] = value
    assert "transfer: the cell send_all must be locked, no solution, and worth 4 points" in _problems(lesson)


def test_every_exercise_and_every_answer_of_the_key_is_graded_once(lesson: NotebookNode) -> None:
    _without(lesson, "recv_frame")
    assert _problems(lesson, {**ANSWERS, "dead_send": 2}) == [
        "no lesson has a cell with the grade id recv_frame, which would check it",
        "no lesson has a cell with the grade id dead_send, which would check it",
    ]
    both = problems(UNIT, {"one": lesson, "two": lesson}, ANSWERS)
    assert "two: send_all is graded in one already" in list(both)


def test_what_is_graded_has_a_cell_to_answer_in(lesson: NotebookNode) -> None:
    _without(lesson, "send_all-code")
    assert _problems(lesson) == ["transfer: there is no solution cell with the grade id send_all-code"]


def test_a_prediction_is_asked_and_gives_the_answer_of_the_key(lesson: NotebookNode) -> None:
    assert _problems(lesson, {"recv_count": ["b", "c"]}) == []
    assert _problems(lesson, {"recv_count": "b"}) == [
        "transfer: the cell recv_count-answer does not give the answer of answers.toml, 'b'"
    ]
    assert "transfer: recv_count is neither an exercise of 2-stream nor in answers.toml" in _problems(lesson, {})
    _without(lesson, "recv_count-answer")
    assert _problems(lesson) == [
        "transfer: there is no solution cell with the grade id recv_count-answer",
        "transfer: it has no prediction",
    ]


def test_a_key_that_is_not_toml_is_named(tmp_path: Path) -> None:
    assert read_answers(tmp_path) == {}
    (tmp_path / "answers.toml").write_text("recv_count = c\n")
    with pytest.raises(LessonError, match=r"answers\.toml: Invalid value \(at line 1, column 14\)"):
        read_answers(tmp_path)
