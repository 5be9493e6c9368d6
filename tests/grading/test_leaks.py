from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sockets_lab.grading.leaks import Secrets

LESSON = """
Some prose, which everybody reads.
### BEGIN SOLUTION
while len(got) < size:
    got += sock.recv(size - len(got))
return None
try:
### END SOLUTION
A line after it.
"""


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    unit = tmp_path / "solutions" / "2-stream"
    unit.mkdir(parents=True)
    (unit / "5-transfer.md").write_text(LESSON)
    (unit / "hidden_trials.py").write_text("import socket\npeer.send(b'a surprise for you')\n")
    (unit / "answers.toml").write_text('recv_count = "c"\n')
    cell = new_code_cell("def old():\n    ### BEGIN SOLUTION\n    return 'only in a notebook'\n    ### END SOLUTION")
    nbformat.write(new_notebook(cells=[cell]), unit / "old.ipynb")
    return Secrets.of_course(tmp_path / "solutions")


def test_secrets_are_lines_of_solutions_hidden_trials_and_answers_with_their_place(secrets: Secrets) -> None:
    assert secrets.lines == {
        "while len(got) < size:": "2-stream/5-transfer.md, line 4",
        "got += sock.recv(size - len(got))": "2-stream/5-transfer.md, line 5",
        "peer.send(b'a surprise for you')": "2-stream/hidden_trials.py, line 2",
        'recv_count = "c"': "2-stream/answers.toml, line 1",
        "return 'only in a notebook'": "2-stream/old.ipynb, line 3",
    }


@pytest.mark.parametrize(
    "text",
    [
        "got += sock.recv(size - len(got))",
        "before\n\t  got  +=  sock.recv(size - len(got))\nafter",
        "peer.send(b'a surprise for you')\r\n",
    ],
)
def test_a_secret_line_is_found_whatever_its_indentation(secrets: Secrets, text: str) -> None:
    (leak,) = secrets.found_in_text(text)
    assert leak.startswith("it has the line `") and "of 2-stream/" in leak


def test_lines_that_say_nothing_are_nobodys_secret(secrets: Secrets) -> None:
    assert secrets.found_in_text("return None\ntry:\nimport socket\nSome prose, which everybody reads.") == []


def test_a_notebook_is_searched_in_code_prose_outputs_and_metadata(secrets: Secrets) -> None:
    secret = "got += sock.recv(size - len(got))"
    in_prose, in_metadata = new_markdown_cell(f"Try\n\n    {secret}\n"), new_code_cell("x")
    in_metadata.metadata["nbgrader"] = {"source": [secret]}
    in_outputs = new_code_cell("x", outputs=[new_output("stream", text=f"{secret}\n")])
    notebook = new_notebook(cells=[new_code_cell(secret), in_prose, in_metadata, in_outputs])
    notebook.metadata["widgets"] = {"state": {"1": secret}}
    found = secrets.found_in_notebook(notebook)
    leak = f"it has the line `{secret}` of 2-stream/5-transfer.md, line 5"
    assert found == [*(f"cell {number}: {leak}" for number in (1, 2, 3, 4)), "cell 4: it has outputs", leak]


def test_an_answer_that_is_still_given_is_a_leak(secrets: Secrets) -> None:
    def found(source: str) -> list[str]:
        return secrets.found_in_notebook(new_notebook(cells=[new_code_cell(source)]))

    assert found('x = predict("?", answer="b")') == ["cell 1: it has the answer of a prediction"]
    assert found('x = predict("?", answer=RIGHT)') == ["cell 1: it has the answer of a prediction"]
    assert found('x = predict("?", answer=None)') == []


def test_a_folder_is_searched_in_every_file_and_for_files_that_are_kept_back(secrets: Secrets, tmp_path: Path) -> None:
    release = tmp_path / "notebooks"
    (release / "2-stream" / "data").mkdir(parents=True)
    nbformat.write(new_notebook(cells=[new_code_cell("print(1)")]), release / "2-stream" / "lesson.ipynb")
    (release / "2-stream" / "data" / "notes.txt").write_text("peer.send(b'a surprise for you')")
    (release / "2-stream" / "hidden_trials.py").write_text("")
    (release / "2-stream" / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    stored = json.dumps({"key": "one\npeer.send(b'a surprise for you')\n"})
    (release / "2-stream" / "data" / "pictures.json").write_text(stored)
    in_notes, in_pictures, kept_back = secrets.found_in_folder(release)
    assert in_pictures.startswith("2-stream/data/pictures.json: it has the line `peer.send(b'a surprise for you')` of")
    assert in_notes.startswith(
        "2-stream/data/notes.txt: it has the line `peer.send(b'a surprise for you')` of 2-stream/"
    )
    assert kept_back == "2-stream/hidden_trials.py: such a file is kept back"
