"""A released lesson in JupyterLab, from the first cell to the last points, as a learner works through it.

Pictures of it in ``screenshots/``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.notebook import Notebook
from tests.browser.test_checks import RIGHT, SINGLE_RECV
from tests.browser.test_looks import LEAST_CONTRAST, OURS, SCREENSHOTS, TOO_FAINT, TOO_WIDE
from tests.own_network import needs_namespaces

pytestmark = needs_namespaces

LESSON = Path(__file__).parents[2] / "notebooks" / "2-stream" / "5-transfer.ipynb"
SEND_ALL = """def send_all(sock, data):
    rest = memoryview(data)
    while rest:
        rest = rest[sock.send(rest) :]"""


class Lesson:
    """The lesson in a page; its cells by their grade ids."""

    def __init__(self, notebook: Notebook, name: str) -> None:
        self.notebook = notebook
        self._name = name
        cells = json.loads(notebook.path.read_text(encoding="utf-8"))["cells"]
        self.code = [number for number, cell in enumerate(cells) if cell["cell_type"] == "code"]
        self.graded = {
            cell["metadata"]["nbgrader"]["grade_id"]: number
            for number, cell in enumerate(cells)
            if "nbgrader" in cell["metadata"]
        }

    def picture(self, moment: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.notebook.page.screenshot(path=SCREENSHOTS / f"{self._name}-{moment}.png")

    def picture_of(self, number: int, moment: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.notebook.cell(number).screenshot(path=SCREENSHOTS / f"{self._name}-{moment}.png")

    def looks_well(self) -> None:
        assert self.notebook.page.evaluate(TOO_WIDE, OURS) == []
        assert self.notebook.page.evaluate(TOO_FAINT, [OURS, LEAST_CONTRAST]) == []


@pytest.mark.parametrize("width", [1280, 800])
def test_a_learner_works_through_a_lesson_from_the_first_cell_to_the_last_point(
    open_notebook: OpenNotebook, width: int
) -> None:
    notebook = open_notebook(LESSON, viewport={"width": width, "height": 1000})
    lesson = Lesson(notebook, f"transfer-{width}")
    graded = lesson.graded
    expect(notebook.cell(0)).to_contain_text("Stream 5: transfer")
    lesson.picture("1-opened")

    demonstrations = [number for number in lesson.code if number < graded["recv_count-answer"]]
    for number in demonstrations:
        notebook.run(number)
    expect(notebook.output(demonstrations[2]).first).to_contain_text("recv(65536) -> 26 bytes")
    expect(notebook.output(demonstrations[2]).locator(".sockets-lab-ladder")).to_contain_text("called send")

    notebook.run(graded["recv_count-answer"])
    notebook.cell(graded["recv_count-answer"]).get_by_role("radio", name="c) one or two").click()
    expect(notebook.source(graded["recv_count-answer"])).to_contain_text('answer="c",')
    expect(notebook.run(graded["recv_count"])).to_contain_text("you predict c)")
    lesson.picture("2-predicted")

    untouched = notebook.run(graded["recv_frame-code"])
    expect(untouched).to_have_count(0)
    expect(notebook.run(graded["recv_frame"])).to_contain_text("0 of 5 points")

    notebook.write(graded["recv_frame-code"], SINGLE_RECV)
    notebook.run(graded["recv_frame-code"])
    report = notebook.run(graded["recv_frame"])
    expect(report.get_by_role("row", name="FAILED a frame that arrives one byte at a time")).to_be_visible()
    too_few = re.compile(r"recv\(4\) -> b'(\\x00){1,3}'")  # on a busy machine two may have come
    expect(report.get_by_role("row", name=too_few).first).to_be_visible()
    expect(report.get_by_text("Hint 1 of 3:").first).to_be_visible()
    lesson.looks_well()
    lesson.picture_of(graded["recv_frame"], "3-failed")

    notebook.write(graded["recv_frame-code"], RIGHT)
    notebook.write(graded["send_all-code"], SEND_ALL)
    for name in ("recv_frame", "send_all"):
        notebook.run(graded[f"{name}-code"])
        expect(notebook.run(graded[name])).to_contain_text("Why it works")
    lesson.looks_well()
    lesson.picture_of(graded["recv_frame"], "4-passed")

    saved = notebook.save()["cells"]
    points = {
        name: "".join(saved[graded[name]]["outputs"][0]["data"]["text/plain"]) for name in ("recv_frame", "send_all")
    }
    assert points == {"recv_frame": "5", "send_all": "4"}
