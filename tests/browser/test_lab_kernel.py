"""The lab kernel in JupyterLab as a learner meets it: own network, stop, completion, widgets, debugger, death."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab
from tests.browser.notebook import Notebook
from tests.own_network import needs_namespaces

pytestmark = needs_namespaces

CELLS = [
    "import os, socket, time\nprint('own' if os.readlink('/proc/self/ns/net') != {outside!r} else 'shared')",
    "server = socket.create_server(('127.0.0.1', 0))\nopen('port', 'w').write(str(server.getsockname()[1]))",
    "open('called', 'w').close()\nfor _ in range(60_000): time.sleep(0.01)",
    "socket.create_",
    "from ipywidgets import IntSlider\nslider = IntSlider(3)\nslider",
    "print(slider.value)",
    "def double(n):\n    twice = 2 * n\n    return twice\nprint(double(21))",
    "os._exit(1)",
]
PORT = "import socket\nport = int(open('port').read())\nprint(socket.socket().connect_ex(('127.0.0.1', port)))"
SLOW_MS = 30_000


@pytest.fixture
def in_lab_kernel(open_notebook: OpenNotebook, tmp_path: Path) -> Callable[[list[str]], Notebook]:
    """Open a notebook of code cells that asks for the lab kernel by its name."""

    def open_it(cells: list[str]) -> Notebook:
        metadata = {"kernelspec": {"name": "sockets-lab", "display_name": "Sockets Lab", "language": "python"}}
        code = [nbformat.v4.new_code_cell(source) for source in cells]
        nbformat.write(nbformat.v4.new_notebook(cells=code, metadata=metadata), tmp_path / "lesson.ipynb")
        return open_notebook(tmp_path / "lesson.ipynb")

    return open_it


def test_a_learner_stops_completes_slides_debugs_and_goes_on_after_a_death(
    in_lab_kernel: Callable[[list[str]], Notebook], lab: Lab, wait_until: Callable[..., None]
) -> None:
    outside = os.readlink("/proc/self/ns/net")
    notebook = in_lab_kernel([CELLS[0].format(outside=outside), *CELLS[1:]])
    expect(notebook.run(0)).to_have_text("own\n")
    notebook.run(1)

    other = in_lab_kernel([PORT])
    expect(other.run(0)).to_have_text("111\n")  # another notebook's ports are not this one's

    notebook.run(2, wait=False)
    wait_until((lab.folder / "called").exists, "the cell runs", 30.0)
    notebook.interrupt()
    expect(notebook.output(2)).to_contain_text("KeyboardInterrupt", timeout=SLOW_MS)

    notebook.source(3).click()
    notebook.page.keyboard.press("End")
    expect(notebook.cell(3).locator(".jp-mod-completer-enabled")).to_be_visible(timeout=SLOW_MS)
    notebook.page.keyboard.press("Tab")
    notebook.page.locator(".jp-Completer-item", has_text="create_server").click(timeout=SLOW_MS)
    expect(notebook.source(3)).to_have_text("socket.create_server")

    notebook.run(4)
    notebook.cell(4).get_by_role("slider").focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(notebook.cell(4).locator(".widget-readout")).to_have_text("4")
    expect(notebook.run(5)).to_have_text("4\n")

    stops_at_a_breakpoint(notebook, 6, line=3, shown="twice")

    notebook.run(7, wait=False)
    notebook.page.get_by_role("dialog").get_by_role("button", name="Ok").click(timeout=SLOW_MS)
    notebook.wait_until_idle()
    expect(notebook.run(0)).to_have_text("own\n")
    notebook.restart_kernel()
    expect(notebook.run(0)).to_have_text("own\n")


def stops_at_a_breakpoint(notebook: Notebook, number: int, *, line: int, shown: str) -> None:
    """Debug a cell with the mouse, look at a variable, and let it go on."""
    page = notebook.page
    page.get_by_role("button", name="Enable Debugger").click()
    gutter = notebook.cell(number).locator(".cm-breakpoint-gutter .cm-gutterElement")
    gutter.nth(line).click()
    # Listed once the kernel has it: a cell that runs sooner would not stop.
    expect(page.locator(".jp-DebuggerBreakpoint")).to_be_visible(timeout=SLOW_MS)
    notebook.run(number, wait=False)
    variables = page.locator(".jp-DebuggerVariables")
    expect(variables).to_contain_text(shown, timeout=SLOW_MS)
    page.get_by_role("button", name="Continue (F9)").click()
    expect(notebook.output(number)).to_have_text("42\n", timeout=SLOW_MS)
    page.get_by_role("button", name="Disable Debugger").click()
