"""How far a learner is, as text and in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from sockets_lab import progress, results
from sockets_lab.course import CourseError
from sockets_lab.overview import overview
from tests.course_files import checked, write_lesson

UNTOUCHED = """\
2-stream
  1-creation     0 of  3  not begun
  5-transfer     0 of  9  not begun
  6-termination  0 of  0  nothing to check

0 of 12 points in the exercises, 0 of 1 predictions answered.
Next: make_stream, in notebooks/2-stream/1-creation.ipynb."""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    unit = tmp_path / "notebooks" / "2-stream"
    write_lesson(unit / "1-creation.ipynb", checked("make_stream", 3))
    write_lesson(unit / "5-transfer.ipynb", checked("recv_count", 1), checked("send_all", 4), checked("recv_frame", 5))
    write_lesson(unit / "6-termination.ipynb")
    return tmp_path / "notebooks"


def solve(**points: float) -> None:
    for name, earned in points.items():
        results.record(f"prediction.{name}" if name == "recv_count" else f"stream.{name}", earned, 9)


def lines(course: Path) -> list[str]:
    return [" ".join(line.split()) for line in str(overview(course)).splitlines()]


def test_an_untouched_course_begins_at_its_first_exercise(course: Path) -> None:
    assert lines(course) == [" ".join(line.split()) for line in UNTOUCHED.splitlines()]


def test_what_is_left_in_a_lesson_is_named_and_comes_next(course: Path) -> None:
    solve(make_stream=3, recv_frame=5, send_all=2.5, recv_count=1)
    found = lines(course)
    assert found[1:3] == ["1-creation 3 of 3 done", "5-transfer 7.5 of 9 send_all 2.5 of 4"]
    assert "10.5 of 12 points in the exercises, 1 of 1 predictions answered." in found
    assert found[-1] == "Next: send_all, in notebooks/2-stream/5-transfer.ipynb."


def test_when_everything_is_done_nothing_is_next(course: Path) -> None:
    solve(make_stream=3, recv_frame=5, send_all=4, recv_count=1)
    assert lines(course)[-1] == "All done."
    assert overview(course).next_lesson is None


def test_a_result_never_counts_for_more_than_the_lesson_gives(course: Path) -> None:
    solve(make_stream=9)
    assert overview(course).points == (3, 12)


def test_a_lesson_that_cannot_be_read_is_told_and_the_others_shown(course: Path) -> None:
    (course / "2-stream" / "1-creation.ipynb").write_text("{")
    found = lines(course)
    assert found[1] == "1-creation 0 of 0 cannot be read"
    assert found[2].startswith("5-transfer 0 of 9")
    assert found[-1].endswith("undo the last change to the file, or get the lesson anew.")


def test_a_damaged_file_of_results_is_told_until_it_is_removed(course: Path, private_progress: Path) -> None:
    results.results_file().write_text("{")
    says = "Your results were damaged and begun anew; the damaged file is kept as"
    assert any(says in line for line in lines(course))
    solve(make_stream=3)
    assert any(says in line for line in lines(course))
    for path in results.set_aside():
        path.unlink()
    assert not any(says in line for line in lines(course))


def test_a_folder_in_which_nothing_can_be_kept_is_told(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(results.FOLDER, "/dev/null/folder")
    assert lines(course)[-1].startswith("New results cannot be kept in /dev/null/folder: Not a directory.")


def test_results_that_cannot_be_read_are_told_and_not_touched(course: Path, private_progress: Path) -> None:
    (private_progress / "progress.json").mkdir()
    assert f"Your results in {private_progress}/progress.json cannot be read: Is a directory." in lines(course)
    assert lines(course)[1].endswith("not begun")


def test_a_notebook_shows_the_same_as_a_table(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course / "2-stream")
    shown = progress()._repr_mimebundle_()
    assert shown["text/plain"] == str(overview(course)) == str(progress())
    for part in ("<th scope='col'", "1-creation</td>", "not begun</td>", "Next: make_stream, in notebooks/2-stream/"):
        assert part in shown["text/html"]


def test_a_notebook_outside_of_a_course_gets_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CourseError) as caught:
        progress()
    assert caught.value._render_traceback_() == [f"CourseError: {caught.value}"]
