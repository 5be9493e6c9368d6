"""What ``sockets-lab bank`` and ``sockets-lab build`` show; what they do is tested with the grading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sockets_lab.cli import app
from sockets_lab.grading import bank, build
from sockets_lab.grading.bank import Row
from tests.course_files import MAKE_STREAM

SOLUTIONS = Path(__file__).parents[2] / "solutions"


def row(submission: str, status: str, **more: Any) -> Row:
    right, runs = submission.startswith("right"), 3
    passed = runs if status == "passed" else 0
    return Row("2-stream", "make_stream", submission, right, more.pop("key", ""), status, passed, runs, 0, 3, **more)


GOOD = row("right_plain", "passed", seconds=0.25)
CAUGHT = row("wrong_dgram", "failed", key="dgram", hint_key="dgram", hint="Which type? More of it.", seconds=0.5)
OTHER = row("wrong_binds", "failed", key="binds", hint_key="leak", hint="What is left?", seconds=0.5)


def show(monkeypatch: pytest.MonkeyPatch, rows: list[Row], *options: str) -> tuple[int, str]:
    monkeypatch.setattr(bank, "bank", lambda folder, **_: rows)
    ran = CliRunner().invoke(app, ["bank", "folder", *options])
    return ran.exit_code, ran.stdout


def test_the_table_tells_for_each_exercise_what_passed_was_caught_and_hinted(monkeypatch: pytest.MonkeyPatch) -> None:
    status, out = show(monkeypatch, [GOOD, CAUGHT, OTHER])
    assert status == 0
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in out.splitlines() if "│" in line]
    assert cells == [
        ["make_stream", "1 of 1", "2 of 2", "1 of 2", "0.25"],
        ["make_stream", "", "", ""],
        ["wrong_dgram", "dgram", "Which type?", "0.50"],
        ["wrong_binds", "leak (not binds)", "What is left?", "0.50"],
    ]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            row("right_plain", "failed", trial="ipv6", reason="the socket is closed", seed=7),
            "make_stream/right_plain should pass, and passed 0 of 3 times; failed: ipv6: the socket is closed (seed 7)",
        ),
        (
            row("wrong_dgram", "passed", seed=7),
            "make_stream/wrong_dgram should fail, and passed 3 of 3 times; passed (seed 7)",
        ),
    ],
)
def test_what_is_not_as_it_should_be_is_named_and_is_status_1(
    monkeypatch: pytest.MonkeyPatch, wrong: Row, says: str
) -> None:
    status, out = show(monkeypatch, [GOOD, wrong])
    assert status == 1
    assert out.splitlines()[-1] == says


def test_json_has_every_submission(monkeypatch: pytest.MonkeyPatch) -> None:
    status, out = show(monkeypatch, [GOOD, CAUGHT], "--json")
    assert status == 0
    assert json.loads(out) == [GOOD.as_data(), CAUGHT.as_data()]


def test_a_bank_is_run_with_the_hidden_trials_as_often_as_asked(tmp_path: Path) -> None:
    folder = tmp_path / "2-stream" / "make_stream"
    folder.mkdir(parents=True)
    (folder / "right_plain.py").write_text(MAKE_STREAM)
    options = ["--solutions", str(SOLUTIONS), "--repeat", "2", "--only", "right_*", "--json"]
    ran = CliRunner().invoke(app, ["bank", str(tmp_path), *options])
    assert ran.exit_code == 0, ran.stdout
    (found,) = json.loads(ran.stdout)
    assert (found["status"], found["passed_runs"], found["runs"], found["points"]) == ("passed", 2, 2, 3.0)


def test_build_tells_what_has_changed_or_why_nothing_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "build", lambda units, **options: [Path("notebooks/2-stream/1-creation.ipynb")])
    assert CliRunner().invoke(app, ["build"]).stdout == "changed notebooks/2-stream/1-creation.ipynb\n"
    monkeypatch.setattr(build, "build", lambda units, **options: [])
    assert CliRunner().invoke(app, ["build", "2-stream"]).stdout == "nothing has changed\n"

    def refuse(units: tuple[str, ...], **options: Any) -> None:
        raise build.BuildError(f"{units[0]}: [a lesson] cannot be built")

    monkeypatch.setattr(build, "build", refuse)
    ran = CliRunner().invoke(app, ["build", "2-stream"])
    assert (ran.exit_code, ran.stderr) == (2, "sockets-lab: 2-stream: [a lesson] cannot be built\n")
