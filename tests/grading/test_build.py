"""The build command, on a small course."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sockets_lab.demonstrations.stored import find_picture
from sockets_lab.exercises import EXERCISES
from sockets_lab.grading import build as build_module
from sockets_lab.grading import lessons, structure
from sockets_lab.grading.build import BuildError
from tests.grading.course import LESSON, REPOSITORY, UNIT, Course, cell, lesson_text
from tests.own_network import needs_namespaces

SOLUTION = Path("solutions", UNIT, f"{LESSON}.ipynb")
TEXT = SOLUTION.with_suffix(".md")
RELEASED = Path("notebooks", UNIT, f"{LESSON}.ipynb")
CODE = "\n```{{code-cell}} ipython3\n{}\n```\n"
LESSON_HEAD = "---\nkernelspec: {name: python3, display_name: Python 3, language: python}\n---\n"
Content = dict[Path, bytes]


def build(root: Path, **options: object) -> list[Path]:
    return [path.relative_to(root) for path in build_module.build(root=root, jobs=1, **options)]  # type: ignore[arg-type]


def content(root: Path) -> Content:
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def two_exercises(monkeypatch: pytest.MonkeyPatch) -> None:
    units = {UNIT: (EXERCISES["send_all"], EXERCISES["recv_frame"])}
    monkeypatch.setattr(structure, "UNITS", units)
    monkeypatch.setattr(build_module, "UNITS", units)


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = Course(tmp_path_factory.mktemp("built"))
    (course.folder / TEXT).write_text(lesson_text() + CODE.format("import time\nprint(f'{time.time():.3f} s')"))
    with pytest.MonkeyPatch.context() as patch:
        units = {UNIT: (EXERCISES["send_all"], EXERCISES["recv_frame"])}
        patch.setattr(structure, "UNITS", units)
        patch.setattr(build_module, "UNITS", units)
        assert build(course.folder) == [SOLUTION, RELEASED]
    return course.folder


@pytest.fixture
def course(built_once: Path, tmp_path: Path) -> Path:
    """A built course of the test's own."""
    return Path(shutil.copytree(built_once, tmp_path / "course"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lessons are read and not executed."""
    monkeypatch.setattr(build_module, "run_lesson", lessons.read_lesson)


@pytest.fixture
def refused(course: Path) -> Callable[..., str]:
    """Build, which must fail and change nothing; the reason."""

    def attempt(**options: object) -> str:
        before = content(course)
        with pytest.raises(BuildError) as caught:
            build(course, **options)
        assert content(course) == before
        reason = str(caught.value).replace(f"{course}/", "")
        assert "\n" not in reason
        return reason

    return attempt


def test_a_build_makes_an_executed_solution_and_a_release_without_it(course: Path) -> None:
    solution, released = (nbformat.read(course / path, as_version=4) for path in (SOLUTION, RELEASED))
    assert "text/html" in cell(solution, "send_all").outputs[0].data
    assert "sock.send" in cell(solution, "send_all-code").source
    assert "raise NotImplementedError" in cell(released, "send_all-code").source
    assert "answer=None" in cell(released, "recv_count-answer").source
    assert not [one for one in released.cells if one.get("outputs")]
    assert sorted(content(course / "notebooks")) == [Path(UNIT, f"{LESSON}.ipynb")]


def test_a_second_build_writes_nothing_and_a_change_writes_what_it_changes(course: Path) -> None:
    text = course / TEXT
    (course / "tests").mkdir()
    shutil.copy(REPOSITORY / "tests" / "nbval_sanitize.cfg", course / "tests")
    assert build(course) == []
    text.write_text(text.read_text().replace("data = data[sock.send(data):]", "data = data[sock.send(data) :]"))
    assert build(course) == [SOLUTION]


def test_a_lesson_that_is_gone_leaves_no_notebook_and_strangers_stay(course: Path, quick: None) -> None:
    (course / TEXT).rename(course / TEXT.with_name("anew.md"))
    strangers = {Path(place, UNIT, "mine.ipynb") for place in ("solutions", "notebooks")}
    for stranger in strangers:
        nbformat.write(new_notebook(cells=[new_markdown_cell("my notes")]), course / stranger)
    made = {SOLUTION.with_name("anew.ipynb"), RELEASED.with_name("anew.ipynb")}
    assert set(build(course)) == {SOLUTION, RELEASED} | made
    assert {path for path in content(course) if path.suffix == ".ipynb"} == made | strangers


@pytest.mark.parametrize("what", ["answer", "prediction", "note", "own cell", "outputs", "no notebook"])
def test_somebodys_work_in_the_released_folder_is_not_replaced(
    course: Path, refused: Callable[..., str], what: str
) -> None:
    notebook = nbformat.read(course / RELEASED, as_version=4)
    if what == "answer":
        cell(notebook, "send_all-code").source = "def send_all(sock, data): ..."
    elif what == "prediction":
        question = cell(notebook, "recv_count-answer")
        question.source = question.source.replace("None", '"a"')
    elif what == "note":
        notebook.cells[0].source += "\nRemember this."
    elif what == "own cell":
        notebook.cells.append(new_code_cell("print('tried')"))
    elif what == "outputs":
        cell(notebook, "send_all").outputs = [nbformat.v4.new_output("stream", text="I was here")]
    nbformat.write(notebook, course / RELEASED)
    if what == "no notebook":
        (course / RELEASED).write_text("my answers")
    assert refused() == f"{RELEASED} holds somebody's work: move it elsewhere, or build with --force to replace it"


def test_a_solution_that_was_mended_in_the_notebook_is_not_replaced_but_by_force(
    course: Path, refused: Callable[..., str], quick: None
) -> None:
    notebook = nbformat.read(course / SOLUTION, as_version=4)
    cell(notebook, "send_all-code").source += "\n# better"
    nbformat.write(notebook, course / SOLUTION)
    assert refused().startswith(f"{SOLUTION} was changed by hand, and not {LESSON}.md: ")
    assert build(course, force=True) == [SOLUTION]


@pytest.mark.parametrize(
    ("added", "reason"),
    [
        (CODE.format("1 / 0"), f"{TEXT}: cell 3, `1 / 0`, raised ZeroDivisionError: division by zero"),
        (CODE.format("import os\nos._exit(1)"), f"{TEXT}: cell 3, `import os ...`, ended its kernel"),
        (CODE.format("import time\ntime.sleep(60)"), f"{TEXT}: cell 3, `import time ...`, did not end within 3 s"),
        ("\n```{code-cell} ipython3\n---\n: : :\n---\n```\n", f"{TEXT}: "),
    ],
    ids=["raises", "ends the kernel", "hangs", "is not MyST"],
)
def test_a_lesson_that_cannot_be_executed_is_one_sentence_with_its_cell(
    course: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, added: str, reason: str
) -> None:
    monkeypatch.setattr(lessons, "CELL_TIMEOUT_S", 3)
    head, fence, rest = lesson_text().partition("\n```{code-cell} ipython3\n---")
    (course / TEXT).write_text(head + added + fence + rest)
    assert refused(force=True).startswith(reason)


def test_a_solution_that_does_not_earn_its_points_is_refused(course: Path, refused: Callable[..., str]) -> None:
    text = course / TEXT
    text.write_text(text.read_text().replace("data = data[sock.send(data):]", "sock.send(data); return"))
    assert refused().startswith(f"{TEXT}: cell 6, `check(send_all)`, earned ")


def test_a_lesson_whose_graded_cells_do_not_fit_is_refused(course: Path, refused: Callable[..., str]) -> None:
    text = course / TEXT
    text.write_text(text.read_text().replace("points: 4", "points: 3"))
    must = "the cell send_all must be locked, no solution, and worth 4 points"
    assert refused() == f"solutions/{UNIT}: {LESSON}: {must}"


def test_prose_that_gives_a_line_of_the_solution_away_is_refused(
    course: Path, refused: Callable[..., str], quick: None
) -> None:
    text = course / TEXT
    text.write_text(text.read_text() + "\nTry this:\n\n    data = data[sock.send(data):]\n")
    reason = refused()
    assert "it has the line `data = data[sock.send(data):]` of" in reason
    assert LESSON in reason


def test_what_is_no_course_or_no_unit_is_one_sentence(course: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="is not a course: it has no solutions; go to the course's folder"):
        build(tmp_path)
    with pytest.raises(BuildError, match=f"solutions/9-stream has no lessons; these have: {UNIT}"):
        build(course, units=["9-stream"])
    shutil.copytree(course / "solutions" / UNIT, course / "solutions" / "7-new")
    with pytest.raises(BuildError, match=r"7-new has lessons, but sockets_lab\.exercises has no unit of that name"):
        build(course)


DEMONSTRATION = "from sockets_lab import Network\nwith Network(seed=1) as net:\n    print(net)"
PICTURES = [Path(place, UNIT, "pictures", f"{LESSON}.json") for place in ("solutions", "notebooks")]


@pytest.mark.may_skip
@needs_namespaces
def test_a_lesson_is_executed_where_it_can_make_networks(tmp_path: Path) -> None:
    text = tmp_path / "lesson.md"
    text.write_text(LESSON_HEAD + CODE.format(DEMONSTRATION))
    (cell_of_network,) = lessons.run_lesson(text).cells
    assert cell_of_network.outputs[0].text == "<network client - server; seed 1; running>\n"


def test_a_demonstration_that_is_not_shown_live_is_no_solution(tmp_path: Path) -> None:
    text = tmp_path / "lesson.md"
    missing = "import sockets_lab.observe.not_here as not_here\nraise not_here.NotHere('There is no wire.')"
    text.write_text(LESSON_HEAD + CODE.format("import sockets_lab") + CODE.format(missing))
    with pytest.raises(lessons.LessonError, match=r"cell 2, .* is not shown live here: .*There is no wire"):
        lessons.run_lesson(text)


def test_what_demonstrations_show_is_stored_beside_the_lesson_released_and_forgotten_with_it(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(path: Path) -> NotebookNode:
        lesson = lessons.read_lesson(path)
        for one in lesson.cells:
            if "Network(" in one.source:
                one.outputs = [new_output("stream", name="stdout", text="hello\n")]
        return lesson

    monkeypatch.setattr(build_module, "run_lesson", run)
    before = (course / TEXT).read_text()
    (course / TEXT).write_text(before + CODE.format(DEMONSTRATION))
    assert set(PICTURES) < set(build(course))
    for path in PICTURES:
        assert find_picture(DEMONSTRATION, (course / path).parent) == [
            {"output_type": "stream", "name": "stdout", "text": "hello\n"}
        ]
    (course / TEXT).write_text(before)
    assert set(PICTURES) < set(build(course))
    assert not any((course / path).exists() for path in PICTURES)
