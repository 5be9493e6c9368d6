"""Text, executed solution and release of every lesson say the same, and the release says no more than it should."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode

from sockets_lab.demonstrations import FOLDER as PICTURES
from sockets_lab.demonstrations import pictures_of, text_of
from sockets_lab.exercises import UNITS
from sockets_lab.grading.leaks import Secrets
from sockets_lab.grading.lessons import read_lesson
from sockets_lab.grading.stamps import holds_work, is_ours
from sockets_lab.grading.structure import problems, read_answers
from tests.grading.course import REPOSITORY

SOLUTIONS, RELEASE = REPOSITORY / "solutions", REPOSITORY / "notebooks"
TEXTS = sorted(SOLUTIONS.glob("*/*.md"))
AGAIN = "then `sockets-lab build` and commit what it makes"


def _read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("text", TEXTS, ids=_name)
def test_a_built_solution_has_the_cells_of_its_text(text: Path) -> None:
    def cells(notebook: NotebookNode) -> list[tuple[str, str, str, object]]:
        return [(cell.id, cell.cell_type, cell.source, dict(cell.metadata)) for cell in notebook.cells]

    built = _read(text.with_suffix(".ipynb"))
    assert cells(built) == cells(read_lesson(text)), AGAIN
    assert is_ours(built)
    assert all(cell.execution_count for cell in built.cells if cell.cell_type == "code")


@pytest.mark.parametrize("text", TEXTS, ids=_name)
def test_what_demonstrations_showed_is_stored_as_the_built_solution_has_it(text: Path) -> None:
    shown = pictures_of(_read(text.with_suffix(".ipynb")).cells)
    stored = text.parent / PICTURES / f"{text.stem}.json"
    assert (stored.read_text(encoding="utf-8") if stored.exists() else "") == (text_of(shown) if shown else ""), AGAIN


def test_the_release_is_what_nbgrader_makes_of_the_built_solutions(tmp_path: Path) -> None:
    shutil.copytree(SOLUTIONS, tmp_path / "solutions", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (tmp_path / "nbgrader_config.py").write_text(f"load_subconfig({str(REPOSITORY / 'nbgrader_config.py')!r})\n")
    for unit in UNITS:
        command = [sys.executable, "-m", "nbgrader", "generate_assignment", unit, "--force", "--no-db"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in (tmp_path / "notebooks").rglob("*.*")}
    there = {path.relative_to(REPOSITORY): path.read_bytes() for path in RELEASE.rglob("*.*")}
    assert sorted(there) == sorted(made)
    assert [str(name) for name in made if made[name] != there[name]] == [], AGAIN
    assert len([name for name in made if name.suffix == ".ipynb"]) == len(TEXTS)


@pytest.mark.parametrize("released", sorted(RELEASE.glob("*/*.ipynb")), ids=_name)
def test_a_released_notebook_is_untouched(released: Path) -> None:
    assert not holds_work(_read(released), outputs_too=True)


def test_no_line_of_a_solution_a_hidden_trial_or_the_key_is_anywhere_in_the_release(tmp_path: Path) -> None:
    secrets = Secrets.of_course(SOLUTIONS)
    assert secrets.found_in_folder(RELEASE) == []
    sources = {place.partition(", line")[0] for place in secrets.lines.values()}
    expected = {f"{path.parent.name}/{path.name}" for path in TEXTS}
    for unit in UNITS:
        expected |= {f"{unit}/hidden_trials.py", f"{unit}/answers.toml"}
    assert sources == expected
    shutil.copytree(RELEASE, tmp_path / "notebooks")
    path = sorted((tmp_path / "notebooks").rglob("*.ipynb"))[0]
    for secret in list(secrets.lines)[:: len(secrets.lines) // 20]:
        notebook = _read(path)
        notebook.cells[0].source += f"\n    {secret}"
        assert len(secrets.found_in_notebook(notebook)) == 1, secret


@pytest.mark.parametrize("unit", UNITS)
def test_what_is_graded_fits_the_exercises_and_the_key(unit: str) -> None:
    lessons = {path.stem: _read(path.with_suffix(".ipynb")) for path in TEXTS if path.parent.name == unit}
    assert list(problems(unit, lessons, read_answers(SOLUTIONS / unit))) == []
