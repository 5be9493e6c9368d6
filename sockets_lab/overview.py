"""How far the learner is: what is done, what is next, and the points, as text and in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from sockets_lab import results
from sockets_lab.course import CourseError, find_course, graded_cells, lessons
from sockets_lab.exercises import EXERCISES
from sockets_lab.referee.report import format_points, in_frame
from sockets_lab.results import Result


@dataclass(frozen=True)
class Step:
    """One exercise or prediction of a lesson, and the best result in it; None when there is none."""

    name: str
    max_points: float
    best: Result | None

    @property
    def is_prediction(self) -> bool:
        """Whether only its answer is known: right or wrong is the grader's to say."""
        return self.name not in EXERCISES

    @property
    def points(self) -> float:
        """What is certain; never more than the lesson gives."""
        return 0.0 if self.best is None or self.is_prediction else min(self.best.points, self.max_points)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.best is not None and (self.is_prediction or self.points >= self.max_points)

    def __str__(self) -> str:
        if self.best is None:
            return f"{self.name} not checked yet" if not self.is_prediction else f"{self.name} not answered yet"
        return f"{self.name} {format_points(self.points)} of {format_points(self.max_points)}"


@dataclass(frozen=True)
class LessonProgress:
    """A lesson's steps; ``trouble`` says why they are not known."""

    path: Path
    steps: tuple[Step, ...]
    trouble: str = ""

    @property
    def points(self) -> tuple[float, float]:
        """Earned and possible, predictions aside."""
        exercises = [step for step in self.steps if not step.is_prediction]
        return sum(step.points for step in exercises), sum(step.max_points for step in exercises)

    @property
    def state(self) -> str:
        """In a word or two, or what is missing."""
        if self.trouble:
            return "cannot be read"
        if not self.steps:
            return "nothing to check"
        if all(step.done for step in self.steps):
            return "done"
        if all(step.best is None for step in self.steps):
            return "not begun"
        return "; ".join(str(step) for step in self.steps if not step.done)


class Overview:
    """What ``progress`` shows: ``print(overview)`` gives text, a notebook shows a table."""

    def __init__(self, course: Path, progress: list[LessonProgress], notes: list[str]) -> None:
        self.course = course
        self.lessons = progress
        self.notes = notes

    @property
    def next_lesson(self) -> LessonProgress | None:
        """The first lesson with something left to do."""
        return next((lesson for lesson in self.lessons if any(not step.done for step in lesson.steps)), None)

    @property
    def points(self) -> tuple[float, float]:
        """Earned and possible, predictions aside."""
        both = [lesson.points for lesson in self.lessons]
        return sum(earned for earned, _ in both), sum(possible for _, possible in both)

    def __str__(self) -> str:
        lines = []
        width = max(len(lesson.path.stem) for lesson in self.lessons)
        for unit, members in self._by_unit().items():
            lines += [unit, *(f"  {lesson.path.stem:{width}}  {_out_of(lesson)}  {lesson.state}" for lesson in members)]
        return "\n".join([*lines, "", *self._summary()])

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": in_frame(self._html())}

    def _by_unit(self) -> dict[str, list[LessonProgress]]:
        units: dict[str, list[LessonProgress]] = {}
        for lesson in self.lessons:
            units.setdefault(lesson.path.parent.name, []).append(lesson)
        return units

    def _summary(self) -> list[str]:
        earned, possible = self.points
        predictions = [step for lesson in self.lessons for step in lesson.steps if step.is_prediction]
        answered = sum(step.done for step in predictions)
        lines = [f"{format_points(earned)} of {format_points(possible)} points in the exercises"]
        if predictions:
            lines[0] += f", {answered} of {len(predictions)} predictions answered"
        lines[0] += "."
        following = self.next_lesson
        if following is not None:
            step = next(step for step in following.steps if not step.done)
            lines.append(f"Next: {step.name}, in {following.path.relative_to(self.course.parent)}.")
        elif not any(lesson.trouble for lesson in self.lessons):
            lines.append("All done.")
        return [*lines, *self.notes]

    def _html(self) -> str:
        parts = []
        left = "style='text-align:left'"
        for unit, members in self._by_unit().items():
            rows = "".join(
                f"<tr><td {left}>{escape(lesson.path.stem)}</td><td {left}>{_out_of(lesson).strip()}</td>"
                f"<td {left}>{escape(lesson.state)}</td></tr>"
                for lesson in members
            )
            head = "".join(f"<th scope='col' {left}>{name}</th>" for name in ("lesson", "points", "state"))
            table = f"<table aria-label='{escape(unit)}'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
            parts.append(f"<p><b>{escape(unit)}</b></p>{table}")
        return "".join(parts) + "".join(f"<p>{escape(line)}</p>" for line in self._summary())


def progress() -> Overview:
    """What you have done in this course, what is next, and your points.

    Returns:
        an overview. A notebook shows it as a table; ``print(progress())`` shows it as text.
    Raises:
        CourseError: the notebook does not lie in a course.
    """
    return overview(find_course())


def overview(course: Path) -> Overview:
    """How far the learner is in the course whose units lie in ``course``."""
    try:
        best = results.load()
    except OSError:
        best = {}  # the notes say why
    found = [_progress_in(lesson, best) for lesson in lessons(course)]
    return Overview(course, found, [*notes_on_results(), *(f"{one.trouble}." for one in found if one.trouble)])


def notes_on_results() -> list[str]:
    """What the learner should know of the results' file, a sentence each; nothing when all is well."""
    notes = []
    try:
        results.load()
    except OSError as error:
        notes.append(f"Your results in {results.results_file()} cannot be read: {error.strerror}.")
    if reason := results.why_not_kept():
        folder = results.results_file().parent
        notes.append(f"New results cannot be kept in {folder}: {reason}. Mend that, or set {results.FOLDER}.")
    for path in results.set_aside():
        notes.append(f"Your results were damaged and begun anew; the damaged file is kept as {path}.")
    return notes


def _progress_in(lesson: Path, best: dict[str, Result]) -> LessonProgress:
    try:
        cells = graded_cells(lesson)
    except CourseError as error:
        return LessonProgress(lesson, (), str(error))
    return LessonProgress(lesson, tuple(Step(cell.name, cell.points, best.get(_item(cell.name))) for cell in cells))


def _item(name: str) -> str:
    return EXERCISES[name].id if name in EXERCISES else f"prediction.{name}"


def _out_of(lesson: LessonProgress) -> str:
    earned, possible = map(format_points, lesson.points)
    return f"{earned:>4} of {possible:>2}"
