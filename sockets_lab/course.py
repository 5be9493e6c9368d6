"""The course as folders: where it is, its units and lessons, and what is graded in each."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path

NOTEBOOKS = "notebooks"
_UNIT = re.compile(r"\d+-[a-z-]+")
_LESSON = re.compile(r"\d+-[a-z-]+\.ipynb")  # not Untitled.ipynb, not 5-transfer-Copy1.ipynb


class CourseError(Exception):
    """There is no such course, unit or lesson; the text says what there is."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback."""
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True)
class GradedCell:
    """A cell that earns points.

    Attributes:
        name: the exercise's function, or the prediction.
        index: its place among the notebook's cells.
    """

    name: str
    points: float
    index: int


def find_course(start: Path | None = None) -> Path:
    """The folder with the learner's units: ``notebooks`` in ``start`` or above, else ``start`` or one above it.

    Args:
        start: by default the current folder.
    Raises:
        CourseError: there is none.
    """
    start = (start or Path.cwd()).resolve()
    folders = (start, *start.parents)
    for folder in (*(folder / NOTEBOOKS for folder in folders), *folders):
        if folder.name != "solutions" and lessons(folder):
            return folder
    for folder in folders:
        if any((folder / "solutions").glob("*/*.md")):
            raise CourseError(f"the lessons of {folder} are not built yet: go there and run sockets-lab build")
    raise CourseError(f"{start} is not in a course: neither it nor a folder above has {NOTEBOOKS}/; go to the course's")


def lessons(course: Path) -> list[Path]:
    """The learner's notebooks, in the order of the course."""
    found = course.glob("*/*.ipynb")
    ours = [path for path in found if _UNIT.fullmatch(path.parent.name) and _LESSON.fullmatch(path.name)]
    return sorted(ours, key=lambda path: (_in_order(path.parent.name), _in_order(path.stem)))


def name_of(lesson: Path) -> str:
    """``2-stream/5-transfer``."""
    return f"{lesson.parent.name}/{lesson.stem}"


def find_lessons(course: Path, target: str, here: Path | None = None) -> list[Path]:
    """The notebooks that ``target`` names.

    Args:
        target: a unit (``2-stream``), a lesson (``5-transfer``, ``2-stream/5-transfer``), or a path of either.
        here: the current folder; in a unit's own, a lesson's name means that unit's.
    Raises:
        CourseError: it names none, or several units have a lesson of that name; the text says what there is.
    """
    here = (here or Path.cwd()).resolve()
    given, known = (here / target).resolve(), lessons(course)
    if given.suffix == ".ipynb" and given.is_file():
        return [given]
    if given.is_dir() and course in (given, given / NOTEBOOKS):
        return known
    if given.is_dir() and any(path.parent == given for path in known):
        return [path for path in known if path.parent == given]
    wanted = target.strip("/").removeprefix(f"{NOTEBOOKS}/").removesuffix(".ipynb")
    found = [path for path in known if wanted in (path.parent.name, path.stem, name_of(path))]
    units = {path.parent for path in found}
    if len(units) > 1 and here in units:
        found = [path for path in found if path.parent == here]
    elif len(units) > 1:
        names = " or ".join(f"{unit.name}/{wanted}" for unit in sorted(units))
        raise CourseError(f"several units have a lesson {wanted}: say {names}")
    if not found:
        raise CourseError(f"there is no unit or lesson {target!r}; {_suggestion(known, wanted)}")
    return found


def graded_cells(notebook: Path) -> list[GradedCell]:
    """The cells of a notebook that earn points, in their order.

    Raises:
        CourseError: the file is not a notebook.
    """
    found = []
    try:
        for index, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"]):
            marks = cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "code" and marks.get("grade"):
                found.append(GradedCell(str(marks["grade_id"]), float(marks["points"]), index))
    except OSError as error:
        raise CourseError(f"{notebook} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CourseError(
            f"{notebook} is damaged and cannot be read as a notebook ({_where(error)}): undo the last change to the "
            "file, or get the lesson anew"
        ) from error
    return found


def _in_order(name: str) -> tuple[int, str]:
    return int(name.partition("-")[0]), name


def _suggestion(known: list[Path], wanted: str) -> str:
    for path in known:
        with_checks = [cell.name for cell in _graded_or_none(path)]
        if wanted in with_checks:
            return f"{wanted} is checked in the lesson {name_of(path)}"
    names = list(dict.fromkeys(name for path in known for name in (path.parent.name, path.stem, name_of(path))))
    close = difflib.get_close_matches(wanted, names, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"there are {', '.join(map(name_of, known))}"


def _graded_or_none(notebook: Path) -> list[GradedCell]:
    try:
        return graded_cells(notebook)
    except CourseError:
        return []


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}: {error.msg}"
    return "its parts are not a notebook's"
