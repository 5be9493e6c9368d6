"""Each attack on a verdict, its referee or the grader, in a whole graded notebook beside work that is honest.

The honest part earns what it deserves, the attack nothing; no secret is shown; nothing that could run in an
instructor's browser is kept.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from sockets_lab.grading.sandboxed import Graded, grade_notebook
from sockets_lab.kernel.limits import MIB, Limits
from tests.attacks.attack import Attack, attacks
from tests.attacks.targets import Targets
from tests.course_files import IMPORT, MAKE_STREAM
from tests.grading.course import REPOSITORY, UNIT

# A correct answer, so that what an attack costs others would be seen.
RECV_FRAME = (REPOSITORY / "tests" / "submissions" / UNIT / "recv_frame" / "right_recv_exactly.py").read_text()
WRONG = "def recv_frame(sock, max_len):\n    return b''"
PREDICT = 'recv_count = predict("How many?", choices=["one", "two", "either"], answer="a")'
DRAWING = "data:image/svg+xml;base64,"
POINTS = {"make_stream": 3, "recv_count": 1, "recv_frame": 5}
HIDDEN = '''
SECRET = {secret!r}

@RECV_FRAME.trial({secret!r}, transfer.OVER_READ, hidden=True)
def hidden_of_the_test(t: Table) -> None:
    """{secret}"""
    sock, peer = t.connected()
    peer.send(transfer.frame(b"hidden"))
    t.equal(t.call(sock, 100), b"hidden", {secret!r})
'''
LIMITS = Limits(memory_bytes=384 * MIB, output_bytes=4 * MIB)
ATTACKS_CELL = 4  # after the honest work


@pytest.fixture(scope="module")
def solutions(targets: Targets) -> Path:
    """An instructor's folder whose hidden trials and key have the secret in them."""
    folder = targets.folder / "solutions"
    real = (REPOSITORY / "solutions" / UNIT / "hidden_trials.py").read_text()
    targets.write(folder / UNIT / "hidden_trials.py", real + HIDDEN.format(secret=targets.secret))
    targets.write(folder / UNIT / "answers.toml", f'recv_count = "c"\nsecret = "{targets.secret}"\n')
    return folder


def graded_cell(name: str) -> NotebookNode:
    told = {"grade_id": name, "grade": True, "solution": False, "locked": True, "schema_version": 3, "task": False}
    return new_code_cell(f"check({name})", metadata={"nbgrader": {**told, "points": POINTS[name], "cell_type": "code"}})


def notebook_with(*sources: str) -> NotebookNode:
    """Honest work, then these cells, then the check of what they should define."""
    honest = [IMPORT, MAKE_STREAM, graded_cell("make_stream"), PREDICT]
    cells = [*honest, *sources, graded_cell("recv_count"), graded_cell("recv_frame"), "print('the last cell')"]
    return new_notebook(cells=[new_code_cell(one) if isinstance(one, str) else one for one in cells])


def grade(solutions: Path, *sources: str, cell_s: int = 20) -> Graded:
    return grade_notebook(notebook_with(*sources), solutions=solutions, unit=UNIT, limits=LIMITS, timeout=cell_s)


def points_of(graded: Graded) -> dict[str, float]:
    return {name: verdict.points for name, verdict in graded.verdicts.items()}


@pytest.mark.parametrize("attack", attacks("verdicts"), ids=lambda attack: attack.id)
def test_attack(attack: Attack, targets: Targets, solutions: Path) -> None:
    told = {**targets.told(), "port": 1}
    cell_s = int(attack.outcome.get("Cell", 20))
    graded = grade(solutions, f"{WRONG}\n{attack.cell(told)}", cell_s=cell_s)
    assert points_of(graded) == {"make_stream": 3, "recv_count": 0, "recv_frame": float(attack.outcome["Earns"])}
    # What is wrong with the attack itself would look as if it had been kept out.
    raised = [output.ename for output in graded.notebook.cells[ATTACKS_CELL].outputs if output.output_type == "error"]
    assert raised == attack.outcome.get("Raises", "").split()
    shown = str(graded.notebook)
    assert targets.secret not in shown and "hidden_of_the_test" not in re.sub(r"'source': .*?'\}", "", shown)
    for output in outputs_of(graded):
        harmless(output)
    assert all(ended.sentence() for ended in graded.ended)
    assert not targets.visits and not targets.changed()


def outputs_of(graded: Graded) -> Iterator[dict[str, Any]]:
    for cell in graded.notebook.cells:
        yield from cell.outputs


def harmless(output: dict[str, Any]) -> None:
    """Only the grader's own report is a document, and no element of it came from the submission."""
    kinds = set(output.get("data", {}))
    assert kinds <= {"text/plain", "text/html", "image/png", "image/jpeg"}
    document = output.get("data", {}).get("text/html", "")
    assert not document or "sl-report" in document
    parser = _Tags()
    parser.feed(document)
    assert parser.tags <= {"style", "div", "p", "b", "table", "thead", "tbody", "tr", "th", "td"} | {
        *("details", "summary", "small", "code", "pre", "ul", "ol", "li", "span", "br", "caption", "img")
    }
    assert not {name for name in parser.attributes if name.startswith("on") or name == "href"}
    for source in parser.sources:
        harmless_drawing(source)
    assert "alert" not in output.get("data", {}).get("image/png", "")


def harmless_drawing(source: str) -> None:
    """It lies in the document itself, and runs and loads nothing."""
    assert source.startswith(DRAWING)
    elements = list(ElementTree.fromstring(base64.b64decode(source.removeprefix(DRAWING))).iter())
    assert {one.tag.rpartition("}")[2] for one in elements} <= {
        "svg",
        "title",
        "desc",
        "style",
        "g",
        "rect",
        "path",
        "text",
    }
    assert not {name for one in elements for name in one.attrib if name.startswith("on") or name.endswith("href")}


class _Tags(HTMLParser):
    """The names of all elements of a document, and of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.sources += [value or "" for name, value in attrs if name == "src"]


def test_next_submission_earns_everything(solutions: Path) -> None:
    graded = grade(solutions, RECV_FRAME, PREDICT.replace('"a"', '"c"'))
    assert points_of(graded) == POINTS, graded.verdicts
