"""A notebook in JupyterLab as a learner handles it: run a cell, read its output, save, open again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Locator, Page, expect

from tests.browser.lab import Lab

OPENS_WITHIN_MS = 60_000
RUNS_WITHIN_MS = 30_000
LOADS_AT_MOST = 3


def write_notebook(path: Path, sources: list[str]) -> None:
    """A notebook of code cells; a source that begins with ``#md`` becomes text."""
    cells = [
        nbformat.v4.new_markdown_cell(source.removeprefix("#md").strip())
        if source.startswith("#md")
        else nbformat.v4.new_code_cell(source)
        for source in sources
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook), encoding="utf-8")


COUNT_CHANGES = """
    prompt => {
        prompt.dataset.changes = 0;
        const anything = {childList: true, characterData: true, subtree: true};
        new MutationObserver(() => prompt.dataset.changes++).observe(prompt, anything);
    }
"""


class Notebook:
    """One notebook, open in a page."""

    def __init__(self, page: Page, lab: Lab, name: str) -> None:
        self.page = page
        self._lab = lab
        self.path = lab.folder / name
        self._url = lab.url(name, workspace=name.partition(".")[0])
        self.open()

    def open(self) -> None:
        """Load the page; returns when the kernel is idle.

        On a busy machine ipywidgets' manager may have asked the new kernel for widgets before it has read the
        notebook's: then it says that there are none, until the page is loaded again.
        """
        for _ in range(LOADS_AT_MOST):
            self._load()
            if not self.page.get_by_text("Error displaying widget: model not found").count():
                return

    def _load(self) -> None:
        self.page.goto(self._url)
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0, timeout=OPENS_WITHIN_MS)
        expect(self.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=OPENS_WITHIN_MS)
        self.wait_until_idle(OPENS_WITHIN_MS)

    def wait_until_idle(self, timeout_ms: float = RUNS_WITHIN_MS) -> None:
        """Wait for the kernel."""
        expect(self.page.get_by_role("button", name="| Idle")).to_be_visible(timeout=timeout_ms)

    def cell(self, number: int) -> Locator:
        """The cell at ``number``, counted from 0."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def output(self, number: int) -> Locator:
        """What stands below the cell."""
        return self.cell(number).locator(".jp-OutputArea-output")

    def run(self, number: int, *, wait: bool = True) -> Locator:
        """Run a cell; its outputs, when it has ended unless ``wait`` is False."""
        prompt = self.cell(number).locator(".jp-InputPrompt").first
        prompt.evaluate(COUNT_CHANGES)  # after a restart its number may be the one that stands there
        self.cell(number).locator(".cm-content").first.click()
        self.page.keyboard.press("Control+Enter")
        if wait:
            expect(prompt).not_to_have_attribute("data-changes", "0", timeout=RUNS_WITHIN_MS)
            expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=RUNS_WITHIN_MS)
        return self.output(number)

    def write(self, number: int, source: str) -> None:
        """Put ``source`` into a cell."""
        self.cell(number).locator(".cm-content").first.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def source(self, number: int) -> Locator:
        """The code that the cell shows."""
        return self.cell(number).locator(".cm-content").first

    def scroll_to_top(self) -> None:
        """Show the first cell."""
        self.page.locator(".jp-WindowedPanel-outer").evaluate("panel => panel.scrollTo(0, 0)")

    def save(self) -> dict[str, Any]:
        """Save with the keyboard; what is then on the disk."""
        with self.page.expect_response(lambda r: r.request.method == "PUT" and "/api/contents/" in r.url):
            self.page.keyboard.press("Control+S")
        saved: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return saved

    def command(self, name: str) -> None:
        """Run a command by its name in the command palette."""
        self.page.keyboard.press("Control+Shift+C")
        self.page.locator(".lm-CommandPalette-input").fill(name)
        self.page.locator(".lm-CommandPalette-item", has_text=name).first.click()

    def interrupt(self) -> None:
        """Press the toolbar's stop button."""
        self.page.get_by_role("button", name="Interrupt the kernel").click()

    def end_kernel(self) -> None:
        """Shut the kernel down and leave the page, as at the end of a day."""
        self._lab.end_kernels()
        self.page.goto("about:blank")

    def restart_kernel(self) -> None:
        """Restart the kernel and accept the dialog."""
        self.command("Restart Kernel…")
        with self.page.expect_response(
            lambda r: r.request.method == "POST" and r.url.partition("?")[0].endswith("/restart")
        ):
            self.page.get_by_role("button", name="Confirm Kernel Restart").click()
        self.wait_until_idle()
