"""``predict``: what it accepts, what it refuses, and how it reads where nobody can click."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from sockets_lab import predict
from sockets_lab.referee.errors import CheckError
from tests.processes import Kernel

CHOICES = ["always once", "always twice", "once or twice, TCP decides"]
SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
VIEW = "application/vnd.jupyter.widget-view+json"


def test_choices_get_letters_and_the_answer_is_one_of_them() -> None:
    prediction = predict("How many times?", choices=CHOICES, answer="c")
    assert prediction.answer == "c"
    assert prediction.in_words == "c) once or twice, TCP decides"


@pytest.mark.parametrize("answer", ["B", " b "])
def test_a_letter_may_be_capital_or_have_space_around_it(answer: str) -> None:
    assert predict("How many times?", choices=CHOICES, answer=answer).answer == "b"


@pytest.mark.parametrize("answer", [3, 0, -2.5])
def test_a_number_is_taken_as_it_is(answer: float) -> None:
    assert predict("How many?", number=True, answer=answer).answer == answer


def test_there_may_be_no_answer_yet() -> None:
    assert predict("How many?", number=True).answer is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "predict() needs choices=[...] or number=True; this call has neither"),
        ({"choices": CHOICES, "number": True}, "predict() takes choices=[...] or number=True; this call has both"),
        (
            {"choices": CHOICES, "answer": "d"},
            'answer=\'d\' is not one of the choices; write answer="a", answer="b" or answer="c"',
        ),
        (
            {"choices": CHOICES, "answer": 3},
            'answer=3 is not one of the choices; write answer="a", answer="b" or answer="c"',
        ),
        (
            {"number": True, "answer": "3"},
            "answer='3' is not a number; write a number without quotes, as in answer=10",
        ),
        (
            {"number": True, "answer": True},
            "answer=True is not a number; write a number without quotes, as in answer=10",
        ),
        (
            {"number": True, "answer": float("nan")},
            "answer=nan is not a number; write a number without quotes, as in answer=10",
        ),
        ({"choices": ["only one"]}, "choices must be a list of 2 to 26 texts, not ['only one']"),
        ({"choices": "abc"}, "choices must be a list of 2 to 26 texts, not 'abc'"),
        ({"choices": [1, 2]}, "choices must be a list of 2 to 26 texts, not [1, 2]"),
    ],
)
def test_what_cannot_be_asked_or_answered_is_refused_in_one_sentence(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CheckError) as refused:
        predict("How many?", **arguments)
    assert str(refused.value) == sentence


def test_in_a_terminal_the_question_is_text_that_says_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    predict("How many times did `recv` return data?", choices=CHOICES)
    assert capsys.readouterr().out == (
        "How many times did `recv` return data?\n"
        "\n"
        "  a) always once\n"
        "  b) always twice\n"
        "  c) once or twice, TCP decides\n"
        "\n"
        'No answer yet: write its letter in this cell, answer="a" (or b, c), and run the cell again.\n'
    )


def test_the_number_that_is_shown_as_an_example_answers_no_question(capsys: pytest.CaptureFixture[str]) -> None:
    predict("How many?", number=True)
    assert capsys.readouterr().out.endswith("write its number in this cell, answer=10, and run the cell again.\n")
    widget = files("sockets_lab.widgets").joinpath("prediction.js").read_text(encoding="utf-8")
    assert """const example = choices.length ? '"a"' : "10";""" in widget
    keys = [tomllib.loads(path.read_text(encoding="utf-8")) for path in SOLUTIONS.glob("*/answers.toml")]
    assert keys and 10 not in [right for key in keys for right in key.values()]


def test_in_a_terminal_the_answer_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    predict("How many?", number=True, answer=3)
    assert capsys.readouterr().out == "How many?\n\nYour answer: 3\n"


def test_ipywidgets_is_imported_only_for_a_front_end() -> None:
    program = (
        "import sys, sockets_lab; sockets_lab.predict('How many?', number=True, answer=3); "
        "print([name for name in ('ipywidgets', 'anywidget', 'IPython') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_executed_without_a_front_end_it_shows_text_and_no_widget() -> None:
    cells = [
        "from sockets_lab import check, predict",
        f"recv_count = predict('How many <times> did `recv` return?', choices={CHOICES!r}, answer='c')",
        "check(recv_count)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    asyncio.run(nbclient.NotebookClient(notebook, kernel_name="python3").async_execute())
    shown = notebook.cells[1].outputs[0].data
    assert set(shown) == {"text/plain", "text/html"}
    assert shown["text/plain"].endswith("Your answer: c) once or twice, TCP decides")
    assert "How many &lt;times&gt; did <code>recv</code> return?" in shown["text/html"]
    assert notebook.cells[2].outputs[0].data["text/plain"] == "1"
    assert "widgets" not in notebook.metadata


def ask(kernel: Kernel, answer: str = "None", *, cell: str = "asks") -> dict[str, Any]:
    kernel.run("from sockets_lab import check, predict")
    (shown,) = kernel.run(f"recv_count = predict('How many?', choices=['one', 'two'], answer={answer})", cell=cell)
    data: dict[str, Any] = shown["data"]
    return data


def tell(kernel: Kernel, comm: str, answer: Any) -> None:
    """Say what the front-end says after a click."""
    content = {"comm_id": comm, "data": {"method": "custom", "content": {"answer": answer}}}
    kernel.client.shell_channel.send(kernel.client.session.msg("comm_msg", content))


def test_a_front_end_that_names_its_cells_gets_a_widget_beside_the_text(kernel: Kernel) -> None:
    data = ask(kernel)
    assert set(data) == {"text/plain", "text/html", VIEW}
    assert "The answer stands in this cell's code" in data["text/plain"]


@pytest.mark.parametrize(("said", "kept"), [("b", "b"), (None, None), ("z", None), ({"no": "letter"}, None)])
def test_the_prediction_follows_the_front_end(kernel: Kernel, said: Any, kept: str | None) -> None:
    data = ask(kernel, "'a'")
    tell(kernel, data[VIEW]["model_id"], said)
    assert kernel.value("import json; print(json.dumps(recv_count.answer))") == kept


def test_the_cell_that_runs_again_closes_its_old_widget_and_the_old_prediction_keeps_its_answer(kernel: Kernel) -> None:
    old = ask(kernel, "'a'", cell="twice")[VIEW]["model_id"]
    kernel.run("old = recv_count")
    new = ask(kernel, cell="twice")[VIEW]["model_id"]
    known = kernel.value("from comm import get_comm_manager; print(json.dumps(list(get_comm_manager().comms)))")
    assert old not in known
    assert new in known
    tell(kernel, new, "b")
    assert kernel.value("print(json.dumps([old.answer, recv_count.answer]))") == ["a", "b"]
