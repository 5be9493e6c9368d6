"""Where submissions cannot be held in a sandbox nothing is graded, unless they are trusted."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.grading.course import LESSON, REPOSITORY, UNIT, Course, course_of, solve

pytestmark = pytest.mark.slow
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """With one submission that was collected."""
    course = course_of(tmp_path_factory.mktemp("trust"))
    course.nbgrader("generate_assignment", UNIT)
    path = course.hand_in("ann", solve)
    submitted = course.folder / "submitted" / "ann" / UNIT
    submitted.mkdir(parents=True)
    (submitted / path.name).write_bytes(path.read_bytes())
    return course


@pytest.fixture
def without_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nor a sandbox that is there already, as one of the tests before may be."""
    monkeypatch.setenv("PATH", str(BIN))
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
        yield


def scores(course: Course) -> dict[str, float | None]:
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as gradebook:
        return {submission.student.id: submission.score for submission in gradebook.assignment_submissions(UNIT)}


def autograde(course: Course, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "sockets-lab", "autograde", UNIT, *arguments],
        cwd=course.folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_it_refuses_and_says_what_is_missing_before_it_touches_a_submission(
    course: Course, without_bubblewrap: None
) -> None:
    said = course.nbgrader("autograde", UNIT, fails=True)
    assert "nothing is graded: this machine cannot hold a submission in a sandbox. bubblewrap (" in said
    assert "apt-get install bubblewrap" in said and "sockets-lab autograde --trust-submissions" in said
    assert "Traceback" not in said
    assert not (course.folder / "autograded").exists() and scores(course) == {}


def test_trusted_submissions_are_graded_without_a_sandbox_and_the_log_says_so(
    course: Course, without_bubblewrap: None
) -> None:
    ran = autograde(course, "--trust-submissions", "--force")
    assert ran.returncode == 0, ran.stderr
    assert "Submissions are trusted: they run without a sandbox" in ran.stderr
    assert scores(course) == {"ann": 10}
    assert (course.folder / "autograded" / "ann" / UNIT / f"{LESSON}.ipynb").exists()


def test_nbgraders_own_command_takes_the_setting_too(course: Course, without_bubblewrap: None) -> None:
    said = course.nbgrader("autograde", UNIT, "--ExecuteSubmission.trust_submissions=True", "--force")
    assert "Submissions are trusted" in said and "not recognized" not in said
    assert scores(course) == {"ann": 10}


def test_with_the_sandbox_the_same_is_earned(course: Course) -> None:
    ran = autograde(course, "--student", "ann", "--force")
    assert ran.returncode == 0, ran.stderr
    assert "trusted" not in ran.stderr
    assert scores(course) == {"ann": 10}
