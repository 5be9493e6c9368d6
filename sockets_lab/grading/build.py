"""The one build command: lessons as text -> executed solutions -> what learners get.

All or nothing: every lesson of every unit is built and looked at before a file of the course changes. Files whose
content stays, ports, times, ids and seeds in outputs aside, are not written.

The solutions are executed without the hidden trials: they show the report that a learner sees who has solved
everything, and nbval replays them as a learner would. The hidden trials judge them in the tests.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from sockets_lab.demonstrations import FOLDER as PICTURES
from sockets_lab.demonstrations import pictures_of, text_of
from sockets_lab.exercises import UNITS
from sockets_lab.grading.leaks import Secrets
from sockets_lab.grading.lessons import LessonError, read_lesson, run_lesson
from sockets_lab.grading.outputs import keep_equal_outputs, read_rules
from sockets_lab.grading.stamps import holds_work, is_ours, stamp
from sockets_lab.grading.structure import problems, read_answers

SOURCE, RELEASE, CONFIG, RULES = "solutions", "notebooks", "nbgrader_config.py", "tests/nbval_sanitize.cfg"


class BuildError(Exception):
    """Nothing was changed; the text says which lesson, where, and why."""


def build(
    units: Iterable[str] = (),
    *,
    root: Path | None = None,
    force: bool = False,
    gradebook: bool = False,
    jobs: int | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> list[Path]:
    """Build units of the course.

    Args:
        units: folders of ``solutions``; all that have lessons by default.
        root: the course's folder; the current one by default.
        force: replace notebooks that hold somebody's work.
        gradebook: also enter the assignment in the course's ``gradebook.db``, as nbgrader's own
            ``generate_assignment`` does.
        jobs: lessons that are executed at a time; by default one for each processor.
        say: is told what happens, a sentence at a time.
    Returns:
        the files that were written or removed.
    Raises:
        BuildError: a lesson cannot be built, or its release would show what it must not. Nothing was changed.
    Resources:
        kernels and temporary files, gone on return.
    """
    root = (root or Path.cwd()).resolve()
    chosen = _units(root, units)
    changed: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="sockets-lab-build-") as folder:
        stage = Path(folder)
        try:
            for unit in chosen:
                if not force:
                    _refuse_to_lose_work(root, unit)
                _build_solutions(root, stage, unit, jobs, say)
                _build_release(root, stage, unit, gradebook, say)
            _refuse_leaks(root, stage)
        except LessonError as error:
            raise BuildError(str(error)) from error
        for unit in chosen:
            lessons = {path.stem for path in _lessons(root, unit)}
            changed += _bring_in(stage / SOURCE / unit, root / SOURCE / unit, "*.ipynb", lessons)
            changed += _bring_in(stage / SOURCE / unit, root / SOURCE / unit, f"{PICTURES}/*", lessons)
            changed += _bring_in(stage / RELEASE / unit, root / RELEASE / unit, "**/*", lessons)
    return changed


def _units(root: Path, units: Iterable[str]) -> list[str]:
    for name in (SOURCE, CONFIG):
        if not (root / name).exists():
            raise BuildError(f"{root} is not a course: it has no {name}; go to the course's folder, and build there")
    with_lessons = sorted({path.parent.name for path in (root / SOURCE).glob("*/*.md")})
    chosen = [unit.rstrip("/").rpartition("/")[2] for unit in units] or with_lessons
    for unit in chosen:
        if unit not in with_lessons:
            raise BuildError(f"{SOURCE}/{unit} has no lessons; these have: {', '.join(with_lessons) or 'none'}")
        if unit not in UNITS:
            raise BuildError(f"{unit} has lessons, but sockets_lab.exercises has no unit of that name")
    return chosen


def _lessons(root: Path, unit: str) -> list[Path]:
    return sorted((root / SOURCE / unit).glob("*.md"))


# Solutions


def _build_solutions(root: Path, stage: Path, unit: str, jobs: int | None, say: Callable[[str], None]) -> None:
    texts = _lessons(root, unit)
    wrong = list(problems(unit, {text.stem: read_lesson(text) for text in texts}, read_answers(root / SOURCE / unit)))
    if wrong:
        raise BuildError("; ".join(f"{SOURCE}/{unit}: {problem}" for problem in wrong))
    rules = read_rules(root / RULES) if (root / RULES).exists() else []
    staged = stage / SOURCE / unit
    shutil.copytree(
        root / SOURCE / unit, staged, ignore=shutil.ignore_patterns("*.ipynb", PICTURES, "__pycache__", ".*")
    )
    for text, lesson in zip(texts, _run_all(texts, jobs), strict=True):
        say(f"{unit}/{text.stem}: executed")
        old = _read(root / SOURCE / unit / f"{text.stem}.ipynb")
        if old is not None:
            keep_equal_outputs(lesson, old, rules)
        stamp(lesson)
        (staged / f"{text.stem}.ipynb").write_text(nbformat.writes(lesson) + "\n", encoding="utf-8")
        _write_pictures(lesson, staged / PICTURES / f"{text.stem}.json")


def _write_pictures(lesson: NotebookNode, path: Path) -> None:
    """What the lesson's demonstrations show, for kernels that cannot: learners get it, as they get no outputs."""
    pictures = pictures_of(lesson.cells)
    if pictures:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text_of(pictures), encoding="utf-8")


def _run_all(texts: list[Path], jobs: int | None) -> Iterator[NotebookNode]:
    """Execute lessons side by side, each in a process of its own: nbclient handles signals, on a main thread."""
    workers = min(jobs or os.cpu_count() or 1, len(texts))
    if workers == 1:
        yield from map(run_lesson, texts)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            yield from pool.map(run_lesson, texts)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


# Release


def _build_release(root: Path, stage: Path, unit: str, gradebook: bool, say: Callable[[str], None]) -> None:
    """Have nbgrader generate the assignment in the stage, with the course's settings."""
    (stage / CONFIG).write_text(f"load_subconfig({str(root / CONFIG)!r})\n", encoding="utf-8")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", unit, "--force"]
    command += [f"--db=sqlite:///{root / 'gradebook.db'}"] if gradebook else ["--no-db"]
    result = subprocess.run(command, cwd=stage, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode:
        reason = re.search(r"ReleaseRefused: (.*)", result.stderr) or re.search(r"ERROR\] (.*)", result.stderr)
        raise BuildError(f"{SOURCE}/{unit}: {reason[1] if reason else result.stderr.strip()}")
    say(f"{unit}: released")


def _refuse_leaks(root: Path, stage: Path) -> None:
    leaks = Secrets.of_course(root / SOURCE).found_in_folder(stage / RELEASE)
    if leaks:
        raise BuildError("; ".join(f"{RELEASE}/{leak}" for leak in leaks))


def _refuse_to_lose_work(root: Path, unit: str) -> None:
    """Somebody may learn in the very folder that is built, or have mended a built solution instead of its text."""
    for text in _lessons(root, unit):
        for place, what in ((RELEASE, "holds somebody's work"), (SOURCE, f"was changed by hand, and not {text.name}")):
            path = root / place / unit / f"{text.stem}.ipynb"
            if path.exists() and holds_work(_read(path), outputs_too=place == RELEASE):
                raise BuildError(f"{path} {what}: move it elsewhere, or build with --force to replace it")


# Files


def _bring_in(staged: Path, place: Path, pattern: str, lessons: set[str]) -> list[Path]:
    """Put what was built in its place; remove what an earlier build put there for a lesson that is gone."""
    place.mkdir(parents=True, exist_ok=True)
    changed = []
    for new in sorted(path for path in staged.glob(pattern) if path.is_file()):
        old = place / new.relative_to(staged)
        if not old.exists() or old.read_bytes() != new.read_bytes():
            _replace(old, new.read_bytes())
            changed.append(old)
    for old in sorted(place.glob("*.ipynb")):
        if old.stem not in lessons and is_ours(_read(old)):
            old.unlink()
            changed.append(old)
    for old in sorted(place.glob(f"{PICTURES}/*.json")):
        if not (staged / old.relative_to(place)).exists():
            old.unlink()
            changed.append(old)
    return changed


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(content)
        os.replace(new, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            new.unlink()


def _read(path: Path) -> NotebookNode | None:
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError):
        return None
    return notebook
