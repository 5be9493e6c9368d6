"""The ladder in JupyterLab: it draws, it answers, and it comes back after a re-run, a restart and a re-opening."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenNotebook
from tests.browser.notebook import Notebook
from tests.browser.test_looks import LEAST_CONTRAST, TOO_FAINT
from tests.own_network import needs_namespaces

pytestmark = needs_namespaces

SCREENSHOTS = Path(__file__).parent / "screenshots"
OURS = ".sockets-lab-ladder"
WATCH = """
import socket
from sockets_lab import serve, echo, watch

server = serve(echo)
with watch() as seen:
    with socket.create_connection(server.address) as sock:
        sock.sendall(b"hello")
        sock.recv(100)
"""
TABLE = "print(seen)"


def packets(notebook: Notebook, cell: int) -> Locator:
    return notebook.output(cell).get_by_role("option")


@pytest.fixture
def watched(open_notebook: OpenNotebook) -> Notebook:
    """A notebook that shows a ladder below its second cell."""
    notebook = open_notebook([WATCH, "seen", TABLE])
    notebook.run(0)
    notebook.run(1)
    expect(packets(notebook, 1).first).to_be_visible()
    return notebook


def test_draws_answers_and_comes_back(watched: Notebook) -> None:
    expect(packets(watched, 1).first).to_have_attribute("aria-label", re.compile("SYN"))
    details = watched.output(1).get_by_role("status")
    packets(watched, 1).filter(has_text="hello").first.click()
    expect(details).to_contain_text("68 65 6c 6c 6f")
    watched.page.keyboard.press("End")
    expect(details).to_contain_text("ACK")
    # a notebook's own keys, d d and Enter, do nothing to the cell meanwhile
    for key in ("d", "d", "Enter"):
        watched.page.keyboard.press(key)
    expect(watched.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(3)

    watched.run(1)  # again: one ladder, and it is new
    expect(watched.output(1).locator(OURS)).to_have_count(1)

    watched.restart_kernel()
    packets(watched, 1).first.hover()
    expect(details).to_contain_text("SYN")

    saved = watched.save()
    bundle = saved["cells"][1]["outputs"][0]["data"]
    assert {"text/plain", "image/svg+xml"} < set(bundle)
    watched.end_kernel()
    watched.open()
    expect(packets(watched, 1).first).to_be_visible()
    packets(watched, 1).first.hover()
    expect(watched.output(1).get_by_role("status")).to_contain_text("SYN")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 800)])
def test_nothing_is_cut_off_or_faint(open_notebook: OpenNotebook, width: int, scheme: str) -> None:
    notebook = open_notebook([WATCH, "seen"], viewport={"width": width, "height": 1500}, color_scheme=scheme)
    notebook.run(0)
    notebook.run(1)
    packets(notebook, 1).nth(3).click()
    SCREENSHOTS.mkdir(exist_ok=True)
    notebook.page.screenshot(path=SCREENSHOTS / f"ladder-{scheme}-{width}.png")
    too_wide = "ours => { const box = document.querySelector(ours); return box.scrollWidth - box.clientWidth }"
    assert notebook.page.evaluate(too_wide, OURS) <= 1
    assert notebook.page.evaluate("document.documentElement.scrollWidth") <= width
    assert notebook.page.evaluate(TOO_FAINT, [OURS, LEAST_CONTRAST]) == []
