"""``sockets-lab check``: learners' notebooks as they are saved, whatever is in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cli.conftest import Ran, run_command
from tests.course_files import MAKE_STREAM, UNWRITTEN, checked, code, write_lesson

PREDICT = 'guess = predict("One or two?", choices=["one", "two"], answer={answer!r})'
HANGS = """\
import time
print('x' * 1_000_000)
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
"""


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A unit of learners' notebooks: each is damaged in its own way."""
    folder = tmp_path_factory.mktemp("course") / "notebooks" / "2-stream"
    solved, stream = code(MAKE_STREAM, grade_id="make_stream-code"), checked("make_stream", 3)
    write_lesson(folder / "1-good.ipynb", solved, code(PREDICT.format(answer="b")), checked("guess", 1), stream)
    write_lesson(folder / "2-hangs.ipynb", code(MAKE_STREAM), code(HANGS), stream)
    write_lesson(folder / "3-dies.ipynb", code(MAKE_STREAM), code("import os; os._exit(3)"), stream)
    (folder / "4-broken.ipynb").write_text((folder / "1-good.ipynb").read_text()[:-20])
    write_lesson(
        folder / "5-mixed.ipynb",
        *(code(PREDICT.format(answer=None)), checked("guess", 1)),
        *(code("def make_stream(family:\n    pass"), stream, code("make_stream(2)")),
        *(code(UNWRITTEN.format(name="bind_server")), checked("bind_server", 5), code("bind_server('', 0)")),
        *({**checked("accept_n", 5), "source": "result = check(bind_server)"}, code("1 / 0")),
    )
    return folder


@dataclass(frozen=True)
class Whole:
    """One check of the whole unit: what it said, of each notebook too, and what it left."""

    ran: Ran
    parts: dict[str, str]
    results: dict[str, Any]
    changed: list[Path]


@pytest.fixture(scope="module")
def whole(unit: Path, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    home, before = tmp_path_factory.mktemp("home"), {path: path.read_bytes() for path in unit.iterdir()}
    # An instructor's environment: a learner's check must not look for hidden trials.
    ran = run_command(unit, "check", ".", "--limit", "10", home=home, SOCKETS_LAB_SOLUTIONS="/nowhere")
    said = {part.partition(" ")[0]: " ".join(part.partition("──")[2].split()) for part in ran.out.split("── 2-stream/")}
    said.pop("", None)
    changed = [path for path in unit.iterdir() if before.get(path) != path.read_bytes()]
    return Whole(ran, said, json.loads((home / "progress" / "progress.json").read_text()), changed)


def test_every_notebook_of_a_unit_is_checked_whatever_the_others_do(whole: Whole) -> None:
    assert list(whole.parts) == ["1-good", "2-hangs", "3-dies", "4-broken", "5-mixed"]
    assert whole.ran.status == 1
    assert whole.ran.out.endswith(
        "\n9 of 22 points in the exercises, 1 of 2 predictions answered. 1 of 5 notebooks could not be checked.\n"
    )


@pytest.mark.parametrize(
    ("notebook", "says"),
    [
        ("1-good", "guess: you predict b) two."),
        ("1-good", "make_stream: 3 of 3 points, all trials passed"),
        ("2-hangs", "the cell `import time ...` did not end within 10 s make_stream: 3 of 3 points"),
        ("3-dies", "the cell `import os; os._exit(3)` ended the kernel make_stream: 3 of 3 points"),
        (
            "5-mixed",
            "make_stream: not checked: the cell that defines make_stream cannot be read: '(' was never closed",
        ),
        ("5-mixed", "bind_server: 0 of 5 points FAILED port 0: the kernel chooses your function is not written yet"),
        ("5-mixed", "guess: not checked: guess has no answer yet: answer in the cell above"),
        ("5-mixed", "the cell `1 / 0` raised ZeroDivisionError: division by zero"),
        ("5-mixed", "accept_n: not checked: the cell shows no report; it must say check(accept_n)"),
    ],
)
def test_what_is_said_of_a_notebook(whole: Whole, notebook: str, says: str) -> None:
    assert says in whole.parts[notebook]


def test_a_broken_file_is_one_sentence_on_stderr(whole: Whole) -> None:
    (line,) = whole.ran.err.split("\n\n")[0].splitlines()
    assert "4-broken.ipynb is damaged and cannot be read as a notebook (line " in line
    assert whole.parts["4-broken"] == ""


def test_what_follows_from_an_error_or_from_an_unwritten_exercise_is_not_told(whole: Whole) -> None:
    told = re.findall(r"the cell (`.*?`) raised (\w+)", whole.parts["5-mixed"])
    assert told == [("`def make_stream(family: ...`", "SyntaxError"), ("`1 / 0`", "ZeroDivisionError")]


def test_the_files_stay_as_they_are_and_results_count_for_progress(whole: Whole) -> None:
    assert whole.changed == []
    assert whole.results == {
        "prediction.guess": {"points": 1, "max_points": 1},
        "stream.make_stream": {"points": 3.0, "max_points": 3},
        "stream.bind_server": {"points": 0.0, "max_points": 5},
    }


def test_what_a_learner_should_know_of_the_folders_is_told(tmp_path: Path, command: Callable[..., Ran]) -> None:
    folder = tmp_path / "notebooks" / "2-stream"
    write_lesson(folder / "1-creation.ipynb", code(MAKE_STREAM), checked("make_stream", 3))
    (folder / "socket.py").touch()
    ran = command(folder, "check", "1-creation", SOCKETS_LAB_PROGRESS="/dev/null/none", PYTHONIOENCODING="ascii")
    assert (ran.status, ran.err) == (0, "")
    assert "New results cannot be kept in /dev/null/none: Not a directory." in ran.out
    assert "the file socket.py beside the notebook hides Python's own module socket: rename it" in ran.out


def test_stopping_it_ends_the_kernel(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]], wait_until: Any
) -> None:
    told = tmp_path / "pid"
    hangs = f"import os, time\nopen({str(told)!r}, 'w').write(f'{{os.getpid()}}.')\nwhile True: time.sleep(0.01)"
    write_lesson(tmp_path / "notebooks" / "2-stream" / "1-creation.ipynb", code(hangs), checked("make_stream", 3))
    process = start(tmp_path, "check", "1-creation")
    wait_until(lambda: told.exists() and told.read_text().endswith("."), "the cell runs", within_s=60)
    kernel = psutil.Process(int(told.read_text()[:-1]))
    process.terminate()  # Ctrl-C does the same
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    wait_until(lambda: not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE, "the kernel ends")
    assert not [path for path in os.listdir(tmp_path / "home" / "run") if path.endswith(".json")]
