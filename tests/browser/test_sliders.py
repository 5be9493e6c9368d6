"""The wire's sliders in JupyterLab: what is moved changes what is measured."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenNotebook
from tests.browser.notebook import Notebook
from tests.browser.test_looks import LEAST_CONTRAST, SCREENSHOTS, TOO_FAINT, TOO_WIDE
from tests.own_network import needs_namespaces

pytestmark = needs_namespaces

IMPORT = "from sockets_lab import sliders"
SHOW = "wire = sliders()\nwire"
PROGRAM = """wire = sliders()
wire.start()
for setting in ({}, {"loss": 0.05}, {"loss": 0, "rate_bps": 2e6}):
    wire.set(**setting)
    wire.run(1)
wire.pause()
wire"""
MEASURED_WITHIN_MS = 30_000
LOSS, DELAY, BANDWIDTH = "Loss", "Delay, each way", "Bandwidth"


def shown(notebook: Notebook, cell: int = 1) -> Locator:
    return notebook.cell(cell).locator(".sockets-lab-sliders")


def move(notebook: Notebook, name: str) -> Locator:
    return shown(notebook).get_by_role("slider", name=name)


def expect_chart(notebook: Notebook, title: str, words: str) -> None:
    """Wait until the chart's words are these."""
    label = re.compile(f"^{title}: {words}")
    chart = shown(notebook).get_by_role("img", name=title)
    expect(chart).to_have_attribute("aria-label", label, timeout=MEASURED_WITHIN_MS)


def started(open_notebook: OpenNotebook, show: str = SHOW) -> Notebook:
    notebook = open_notebook([IMPORT, show, "print(wire)"])
    notebook.run(0)
    notebook.run(1)
    shown(notebook).get_by_role("button", name="Start").click()
    expect_chart(notebook, "Throughput", r"1\d(\.\d)? Mbit/s now")
    return notebook


def test_bandwidth_cut_to_a_tenth_by_keyboard_cuts_the_throughput_and_the_mouse_gives_it_back(
    open_notebook: OpenNotebook,
) -> None:
    notebook = started(open_notebook)
    expect(shown(notebook).get_by_role("status")).to_have_text("The transfer runs.")
    bandwidth = move(notebook, BANDWIDTH)
    bandwidth.focus()
    for _ in range(3):  # 10, 5, 2
        notebook.page.keyboard.press("ArrowLeft")
    expect(bandwidth).to_have_attribute("aria-valuetext", "2 Mbit/s")
    expect_chart(notebook, "Throughput", r"1\.\d+ Mbit/s now")
    expect_chart(notebook, "Round trip", r"[23]\d\d ms now")
    box = bandwidth.bounding_box()
    assert box is not None
    bandwidth.click(position={"x": box["width"] - 2, "y": box["height"] / 2})
    expect(bandwidth).to_have_attribute("aria-valuetext", "50 Mbit/s")
    expect_chart(notebook, "Throughput", r"[12]\d(\.\d)? Mbit/s now")


def test_loss_makes_retransmissions_and_delay_a_longer_round_trip(open_notebook: OpenNotebook) -> None:
    notebook = started(open_notebook)
    move(notebook, LOSS).fill("10")
    expect_chart(notebook, "Sent again", r"\d\d+ segments")  # a busy machine's late answers make a few
    move(notebook, LOSS).fill("0")
    move(notebook, DELAY).fill("20")
    expect(move(notebook, DELAY)).to_have_attribute("aria-valuetext", "100 ms")
    expect_chart(notebook, "Round trip", r"2\d\d ms now")
    shown(notebook).get_by_role("button", name="Pause").click()
    expect(shown(notebook).get_by_role("status")).to_contain_text("No transfer runs.")
    shown(notebook).get_by_text("The same as a table").click()
    expect(shown(notebook).locator("pre")).to_contain_text(re.compile(r"s +0 % +100 ms +20 Mbit/s"))


def test_the_keyboard_alone_is_enough(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([IMPORT, SHOW])
    notebook.run(0)
    notebook.run(1)
    keyboard = notebook.page.keyboard
    loss = move(notebook, LOSS)
    for _ in range(30):
        keyboard.press("Tab")
        if loss.evaluate("one => one === document.activeElement"):
            break
    expect(loss).to_be_focused()
    keyboard.press("ArrowRight")
    expect(loss).to_have_attribute("aria-valuetext", "1 %")
    for expected in (move(notebook, DELAY), move(notebook, BANDWIDTH)):
        keyboard.press("Tab")
        expect(expected).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Space")
    expect(shown(notebook).get_by_role("button", name="Pause")).to_be_focused()
    keyboard.press("d")  # twice, this would delete the cell
    keyboard.press("d")
    expect(notebook.page.locator(".jp-Notebook .jp-Cell")).to_have_count(2)
    expect_chart(notebook, "Throughput", r".* now")


def test_what_code_sets_and_measures_is_shown_while_it_runs(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([IMPORT, SHOW, "wire.set(loss=0.07, rate_bps=3e6)\nprint(wire.run(1.0))"])
    for cell in (0, 1):
        notebook.run(cell)
    expect(notebook.run(2)).to_contain_text(re.compile(r"Mbit/s, \d+ sent again, round trip"))
    expect(move(notebook, LOSS)).to_have_attribute("aria-valuetext", "7 %")
    expect(move(notebook, BANDWIDTH)).to_have_attribute("aria-valuetext", "3 Mbit/s")
    expect_chart(notebook, "Throughput", r".* now")


def test_survives_running_again_a_restart_and_opening_again(open_notebook: OpenNotebook) -> None:
    notebook = started(open_notebook)
    shown(notebook).get_by_role("button", name="Pause").click()
    expect(shown(notebook).get_by_role("button", name="Start")).to_be_visible()
    notebook.restart_kernel()
    expect(shown(notebook).get_by_text("The kernel that measured this has ended.")).to_be_visible()
    expect_chart(notebook, "Throughput", ".*Mbit/s now")
    expect(shown(notebook).get_by_role("button")).to_have_count(0)
    notebook.save()
    notebook.end_kernel()
    notebook.open()
    expect_chart(notebook, "Throughput", ".*Mbit/s now")
    expect(shown(notebook).get_by_text("The kernel that measured this has ended.")).to_be_visible()
    for cell in (0, 1, 1):
        notebook.run(cell)
    expect(shown(notebook)).to_have_count(1)
    shown(notebook).get_by_role("button", name="Start").click()
    expect_chart(notebook, "Throughput", r"1\d(\.\d)? Mbit/s now")
    notebook.run(1)  # while it runs
    expect_chart(notebook, "Throughput", "nothing measured yet")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 800)])
def test_nothing_is_cut_off_or_faint(open_notebook: OpenNotebook, width: int, scheme: str) -> None:
    notebook = open_notebook([IMPORT, PROGRAM], viewport={"width": width, "height": 1400}, color_scheme=scheme)
    notebook.run(0)
    notebook.run(1)
    expect_chart(notebook, "Throughput", r".*Mbit/s now")
    shown(notebook).get_by_text("The same as a table").click()
    expect(notebook.page.locator("body")).to_have_attribute(
        "data-jp-theme-light", "true" if scheme == "light" else "false"
    )
    SCREENSHOTS.mkdir(exist_ok=True)
    notebook.page.screenshot(path=SCREENSHOTS / f"sliders-{scheme}-{width}.png")
    in_full = ".sockets-lab-sliders fieldset, .sockets-lab-charts"  # the table scrolls, if need be
    assert notebook.page.evaluate(TOO_WIDE, in_full) == []
    assert notebook.page.evaluate(TOO_FAINT, [".sockets-lab-sliders", LEAST_CONTRAST]) == []
