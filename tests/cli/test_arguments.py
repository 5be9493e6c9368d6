"""What the command says of itself, and of arguments that it cannot use."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sockets_lab import results
from sockets_lab.cli import app
from tests.cli.conftest import COMMAND
from tests.course_files import checked, write_lesson

COMMANDS = ("open", "check", "progress", "build", "autograde", "bank", "doctor")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_lesson(tmp_path / "notebooks" / "2-stream" / "1-creation.ipynb", checked("make_stream", 3))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sockets_lab() -> Callable[..., tuple[int, str, str]]:
    """``sockets_lab(*arguments)``: exit status, stdout, stderr."""

    def run(*arguments: str, typed: str | None = None) -> tuple[int, str, str]:
        ran = CliRunner().invoke(app, list(arguments), input=typed, prog_name="sockets-lab")
        return ran.exit_code, ran.stdout, ran.stderr

    return run


def test_without_arguments_it_tells_of_every_command(sockets_lab: Callable[..., tuple[int, str, str]]) -> None:
    status, out, err = sockets_lab()
    assert (status, err) == (0, "")
    told = out[out.index("Commands:") :].splitlines()[1:]
    assert [line.split()[0] for line in told if line] == list(COMMANDS)
    assert not any(line.endswith("...") for line in told)
    assert sockets_lab("--help") == (0, out, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_is_explained(
    name: str, sockets_lab: Callable[..., tuple[int, str, str]]
) -> None:
    status, out, err = sockets_lab(name, "--help")
    assert (status, err) == (0, "")
    options = [line for line in out[out.index("Options:") :].splitlines() if line.startswith("  --")]
    assert all(len(line.split("  ")) > 2 or len(line) > 25 for line in options), options
    assert "Exit status:" in out or name in ("open", "progress", "build")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chek"], "No such command 'chek'. Did you mean 'check'? see sockets-lab --help"),
        (["check"], "Missing argument 'LESSON|UNIT'; see sockets-lab check --help"),
        (["check", "5-transfer", "--fast"], "No such option: --fast; see sockets-lab check --help"),
        (["open", "extra"], "Got unexpected extra argument"),
        (["open", "--port", "web"], "Invalid value for '--port'"),
        (["open", "--port", "65536"], "Invalid value for '--port'"),
        (["bank", "x", "--repeat", "0"], "Invalid value for '--repeat'"),
        (["check", "1-cration"], "there is no unit or lesson '1-cration'; did you mean 1-creation?"),
        (["build"], "is not a course: it has no solutions; go to the course's folder, and build there"),
        (["bank", "none", "--solutions", "."], "none is no bank: there is no <unit>/<exercise>/right_*.py"),
    ],
)
@pytest.mark.usefixtures("course")
def test_a_mistake_is_one_sentence_and_status_2(
    arguments: list[str], says: str, sockets_lab: Callable[..., tuple[int, str, str]]
) -> None:
    status, out, err = sockets_lab(*arguments)
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("sockets-lab: ")
    assert says in line


def test_progress_is_forgotten_only_after_a_yes(course: Path, sockets_lab: Callable[..., tuple[int, str, str]]) -> None:
    results.record("stream.make_stream", 3, 3)
    assert "3 of  3  done" in sockets_lab("progress")[1]
    assert sockets_lab("progress", "--reset", typed="n\n")[1].endswith("Nothing is forgotten.\n")
    assert sockets_lab("progress", "--reset", typed="")[::2] == (130, "sockets-lab: stopped: nothing was changed\n")
    assert results.load()
    assert sockets_lab("progress", "--reset", typed="y\n")[0] == 0
    assert not results.load()
    results.record("stream.make_stream", 3, 3)
    assert sockets_lab("progress", "--reset", "--yes")[0] == 0
    assert not results.load()


def test_a_notebook_without_checks_is_one_sentence(
    course: Path, sockets_lab: Callable[..., tuple[int, str, str]]
) -> None:
    write_lesson(course / "notebooks" / "2-stream" / "2-empty.ipynb")
    status, _, err = sockets_lab("check", "2-empty")
    assert status == 1
    assert err.strip().endswith("2-empty.ipynb has no checks in it: name a lesson of the course")


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as closed:
        ran = subprocess.run([COMMAND, "--help"], stdout=closed, stderr=subprocess.PIPE, text=True)
    assert (ran.returncode, ran.stderr) == (1, "")
