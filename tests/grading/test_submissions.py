"""What is put right in a submission before it is run; the gradebook's side of it. See also test_round."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.utils import compute_checksum

from sockets_lab.grading.submissions import (
    RestoreCells,
    RestoreMetadata,
    SubmissionExporter,
    UnreadableSubmission,
    clear_scores,
)
from tests.grading.course import UNIT

NAMES = ["one-code", "one", "two-code", "two"]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a gradebook that knows one lesson with two graded functions."""
    path = tmp_path_factory.mktemp("known") / "gradebook.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # nbgrader calls alembic
        book = Gradebook(f"sqlite:///{path}")
    with book:
        book.add_assignment(UNIT)
        book.add_notebook("lesson", UNIT)
        for name in NAMES:
            graded, source = not name.endswith("-code"), f"check({name})"
            told = {"grade_id": name, "grade": graded, "solution": not graded, "locked": graded, "points": 5}
            checksum = compute_checksum(new_code_cell(source, metadata={"nbgrader": told}))
            kept = {"cell_type": "code", "source": source, "locked": graded, "checksum": checksum}
            book.add_source_cell(name, "lesson", UNIT, **kept)
            if graded:
                book.add_grade_cell(name, "lesson", UNIT, max_score=5, cell_type="code")
            else:
                book.add_solution_cell(name, "lesson", UNIT)
        book.add_student("ann")
    return path


@pytest.fixture
def gradebook(known: Path, tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{shutil.copy(known, tmp_path)}") as book:
        yield book


def _resources(gradebook: Gradebook) -> dict[str, Any]:
    told = {"db_url": str(gradebook.engine.url), "assignment": UNIT, "notebook": "lesson", "student": "ann"}
    return {"nbgrader": told}


def _cell(grade_id: object, source: str = "", **claimed: object) -> NotebookNode:
    told = {"grade_id": grade_id, "points": 1000, "grade": True, "solution": False, "locked": False, **claimed}
    return new_code_cell(source, metadata={"nbgrader": told, "tags": ["skip-execution"]})


def _restored(gradebook: Gradebook, *cells: NotebookNode) -> list[NotebookNode]:
    resources = _resources(gradebook)
    notebook, resources = RestoreMetadata().preprocess(new_notebook(cells=list(cells)), resources)
    preprocessor = RestoreCells(add_missing_cells=True)
    notebook, _ = preprocessor.preprocess(notebook, resources)
    return list(notebook.cells)


def _names(cells: list[NotebookNode]) -> list[str]:
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "-") for cell in cells]


def test_metadata_is_what_was_released_whatever_the_file_claims(gradebook: Gradebook) -> None:
    claims = [_cell("one-code"), _cell("one", solution=True), _cell("two-code", grade=True), _cell("two", "5")]
    code, test, _, other = _restored(gradebook, *claims)
    assert (code.metadata.nbgrader.solution, code.metadata.nbgrader.grade, code.metadata.nbgrader.locked) == (1, 0, 0)
    assert (test.metadata.nbgrader.points, test.metadata.nbgrader.solution, test.metadata.nbgrader.locked) == (5, 0, 1)
    assert "tags" not in test.metadata
    assert other.source == "check(two)"


def test_cells_that_are_none_of_ours_get_no_metadata(gradebook: Gradebook) -> None:
    strangers = [_cell("free points"), _cell(["one"]), new_code_cell("x", metadata={"nbgrader": "one"})]
    cells = _restored(gradebook, *strangers, new_markdown_cell("a note", metadata={"nbgrader": {"grade_id": 7}}))
    assert _names(cells) == ["-", "-", "-", "-", "one", "two"]


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ([], ["one", "two"]),
        (["one-code"], ["one-code", "one", "two"]),
        (["one-code", "two-code"], ["one-code", "one", "two-code", "two"]),
        (["two-code", "two"], ["two-code", "two", "one"]),
        (["one-code", "-", "two-code", "two"], ["one-code", "one", "-", "two-code", "two"]),
    ],
)
def test_missing_test_cells_come_back_behind_what_they_test(
    gradebook: Gradebook, left: list[str], expected: list[str]
) -> None:
    cells = [new_code_cell("x") if name == "-" else _cell(name) for name in left]
    assert _names(_restored(gradebook, *cells)) == expected


@pytest.mark.parametrize("text", ["", "<html>", "[]", "null", '{"cells": 5, "nbformat": 4}', '{"nbformat": 4'])
def test_a_file_that_is_no_notebook_is_one_sentence_with_the_students_name(gradebook: Gradebook, text: str) -> None:
    expected = r"^ann's lesson\.ipynb is not a notebook \(.+\); ask for the file again, or grade it by hand$"
    with pytest.raises(UnreadableSubmission, match=expected):
        SubmissionExporter().from_file(io.StringIO(text), resources=_resources(gradebook))


@pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's own, of its own database
def test_scores_of_an_earlier_version_are_forgotten_and_points_given_by_hand_stay(gradebook: Gradebook) -> None:
    gradebook.update_or_create_submission(UNIT, "ann")
    for name, by_hand in (("one", None), ("two", 3)):
        grade = gradebook.find_grade(name, "lesson", UNIT, "ann")
        grade.auto_score, grade.manual_score, grade.needs_manual_grade = 5, by_hand, False
    gradebook.db.commit()
    clear_scores(str(gradebook.engine.url), UNIT, "ann", "another")
    clear_scores(str(gradebook.engine.url), UNIT, "nobody")
    gradebook.db.expire_all()
    assert gradebook.find_submission(UNIT, "ann").score == 8
    clear_scores(str(gradebook.engine.url), UNIT, "ann", "lesson")
    gradebook.db.expire_all()
    submission = gradebook.find_submission(UNIT, "ann")
    assert (submission.score, submission.needs_manual_grade) == (3, True)
