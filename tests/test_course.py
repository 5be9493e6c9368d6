"""Finding the course, its lessons and what is graded in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sockets_lab.course import CourseError, find_course, find_lessons, graded_cells, lessons, name_of
from tests.course_files import checked, code, write_lesson


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("2-stream/1-creation", "2-stream/5-transfer", "10-more/1-creation", "2-stream/10-last"):
        write_lesson(tmp_path / "notebooks" / f"{name}.ipynb", checked("recv_frame", 5))
    for other in ("2-stream/Untitled", "2-stream/5-transfer-Copy1", "scratch/1-try", "2-stream/.ipynb_checkpoints/1-a"):
        write_lesson(tmp_path / "notebooks" / f"{other}.ipynb")
    return tmp_path


def names(found: list[Path]) -> list[str]:
    return [name_of(path) for path in found]


def test_lessons_come_in_the_courses_order_and_copies_are_none(root: Path) -> None:
    ordered = ["2-stream/1-creation", "2-stream/5-transfer", "2-stream/10-last", "10-more/1-creation"]
    assert names(lessons(root / "notebooks")) == ordered


@pytest.mark.parametrize("start", [".", "notebooks", "notebooks/2-stream"])
def test_the_course_is_found_from_anywhere_in_it(root: Path, start: str) -> None:
    assert find_course(root / start) == root / "notebooks"


def test_units_that_were_fetched_without_the_rest_are_a_course(tmp_path: Path) -> None:
    write_lesson(tmp_path / "2-stream" / "1-creation.ipynb")
    assert find_course(tmp_path / "2-stream") == tmp_path


def test_outside_of_a_course_one_sentence_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="is not in a course: neither it nor a folder above has notebooks/"):
        find_course(tmp_path)


def test_lessons_that_are_not_built_are_told_apart_from_none(tmp_path: Path) -> None:
    write_lesson(tmp_path / "solutions" / "2-stream" / "1-creation.ipynb")
    (tmp_path / "solutions" / "2-stream" / "1-creation.md").touch()
    with pytest.raises(CourseError, match=r"are not built yet: go there and run sockets-lab build"):
        find_course(tmp_path / "solutions")


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("5-transfer", ["2-stream/5-transfer"]),
        ("2-stream/5-transfer", ["2-stream/5-transfer"]),
        ("2-stream/5-transfer.ipynb", ["2-stream/5-transfer"]),
        ("notebooks/2-stream/5-transfer.ipynb", ["2-stream/5-transfer"]),
        ("notebooks/2-stream/Untitled.ipynb", ["2-stream/Untitled"]),
        ("10-more/", ["10-more/1-creation"]),
        ("notebooks/10-more", ["10-more/1-creation"]),
    ],
)
def test_lessons_are_found_by_name_and_by_path(root: Path, target: str, found: list[str]) -> None:
    assert names(find_lessons(root / "notebooks", target, here=root)) == found


def test_a_dot_is_the_current_folders_unit_or_the_whole_course(root: Path) -> None:
    unit = root / "notebooks" / "10-more"
    assert names(find_lessons(root / "notebooks", ".", here=unit)) == ["10-more/1-creation"]
    assert find_lessons(root / "notebooks", ".", here=root) == lessons(root / "notebooks")


def test_a_name_that_several_units_have_means_the_current_units(root: Path) -> None:
    course = root / "notebooks"
    with pytest.raises(CourseError, match="several units have a lesson 1-creation: say 10-more/1-creation or 2-stream"):
        find_lessons(course, "1-creation", here=root)
    assert names(find_lessons(course, "1-creation", here=course / "10-more")) == ["10-more/1-creation"]


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("5-tranfer", r"^there is no unit or lesson '5-tranfer'; did you mean 5-transfer\?$"),
        ("3-stream", r"did you mean 2-stream\?$"),
        ("recv_frame", "recv_frame is checked in the lesson 2-stream/1-creation$"),
        ("zzz", "there are 2-stream/1-creation, 2-stream/5-transfer, 2-stream/10-last, 10-more/1-creation$"),
    ],
)
def test_a_name_that_is_none_gets_a_suggestion(root: Path, target: str, says: str) -> None:
    with pytest.raises(CourseError, match=says):
        find_lessons(root / "notebooks", target, here=root)


def test_graded_cells_are_those_that_earn_points(tmp_path: Path) -> None:
    path = write_lesson(tmp_path / "1-a.ipynb", code("1", grade=False, grade_id="a-code"), checked("a", 2.5))
    assert [(cell.name, cell.points, cell.index) for cell in graded_cells(path)] == [("a", 2.5, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"cells": 3}',
        '{"cells": [7]}',
        '{"cells": [{"metadata": []}]}',
        '{"worksheets": []}',
        "[" * 9**5,
    ],
)
def test_what_is_no_notebook_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "1-a.ipynb"
    path.write_text(text)
    with pytest.raises(CourseError, match=r"^.*1-a\.ipynb is damaged and cannot be read as a notebook \([^\n]*$"):
        graded_cells(path)
    with pytest.raises(CourseError, match="cannot be read: No such file"):
        graded_cells(tmp_path / "none.ipynb")
