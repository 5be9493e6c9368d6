"""A JupyterLab for all these tests, a browser for each module, and a page for each test."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.lab import Lab, running_lab
from tests.browser.notebook import Notebook, write_notebook

# Without a display, without the machine's sandbox, and without calls home.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
ENDS_WITHIN_S = 10.0
CANCELED = "Canceled future for "  # JupyterLab's own word on requests to a kernel that has died or was restarted

OpenNotebook = Callable[..., Notebook]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab, of which no process is left afterwards."""
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


# Not for the session: Playwright keeps an event loop in this thread, which other tests need for their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or another that is on the path."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium on the path; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def open_notebook(lab: Lab, browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenNotebook]:
    """Open a notebook of code cells, or a copy of a notebook, in a page of its own; its kernel ends with the test.

    Fails the test when the page complains of an error of ours.
    """
    contexts = []
    errors: list[str] = []

    def open_it(cells: list[str] | Path, **options: Any) -> Notebook:
        name = f"{request.node.name.partition('[')[0]}-{len(contexts)}.ipynb"
        if isinstance(cells, Path):
            shutil.copyfile(cells, lab.folder / name)
        else:
            write_notebook(lab.folder / name, cells)
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 1000}, **options}))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return Notebook(page, lab, name)

    yield open_it
    for context in contexts:
        context.close()
    lab.end_kernels()
    assert not [error for error in errors if CANCELED not in error]


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test after which a kernel, a peer or a referee still runs. The browser's own processes come and go."""
    yield
    if "lab" not in request.fixturenames:
        return
    lab = request.getfixturevalue("lab")
    deadline = time.monotonic() + ENDS_WITHIN_S
    while left := lab.kernels():
        assert time.monotonic() < deadline, f"the test left processes behind: {left}"
        time.sleep(0.01)
