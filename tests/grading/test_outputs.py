from __future__ import annotations

import configparser
import re
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from sockets_lab.grading.outputs import keep_equal_outputs, read_rules

COURSE = Path(__file__).resolve().parents[2]
RULES = COURSE / "tests" / "nbval_sanitize.cfg"


def _notebook(text: str, source: str = "print(x)", identity: str = "a") -> NotebookNode:
    cell = new_code_cell(source, outputs=[new_output("stream", text=text)], id=identity)
    return new_notebook(cells=[cell])


def _kept(old: NotebookNode, new: NotebookNode) -> bool:
    keep_equal_outputs(new, old, read_rules(RULES))
    return bool(new.cells[0].outputs == old.cells[0].outputs)


def test_outputs_stay_when_only_ports_times_and_seeds_differ() -> None:
    old = "LISTEN  127.0.0.1:80     anybody\n 0.178 s  recv('127.0.0.1', 4)  seed 12345\n"
    new = "LISTEN  127.0.0.1:43891  anybody\n12.000 s  recv('127.0.0.1', 51234)  seed 9\n"
    assert _kept(_notebook(old), _notebook(new))


def test_outputs_change_when_anything_else_does() -> None:
    assert not _kept(_notebook("5 bytes\n"), _notebook("6 bytes\n"))
    assert not _kept(_notebook("port 127.0.0.1:5\n"), _notebook("port 127.0.0.1:6\n", source="print(y)"))
    assert not _kept(_notebook("127.0.0.1:5\n"), _notebook("127.0.0.2:5\n"))


def test_a_new_cell_keeps_its_own_outputs() -> None:
    new = _notebook("5\n", identity="b")
    keep_equal_outputs(new, _notebook("4\n"), read_rules(RULES))
    assert new.cells[0].outputs[0].text == "5\n"


def test_the_rules_are_read_as_nbval_reads_them_and_each_is_needed() -> None:
    parser = configparser.RawConfigParser()
    parser.read(RULES)
    rules = read_rules(RULES)
    assert [(one.pattern, to) for one, to in rules] == [
        (parser[name]["regex"], parser[name]["replace"]) for name in parser.sections()
    ]
    shown = ""
    for path in (COURSE / "solutions").glob("*/*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                shown += output.get("text", "") + str(output.get("data", ""))
    assert [one.pattern for one, _ in rules if not re.search(one, shown)] == []
