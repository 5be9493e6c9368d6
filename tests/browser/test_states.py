"""The socket's states and the lifecycle stepper in JupyterLab: they draw, move, and answer mouse and keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenNotebook
from tests.browser.notebook import Notebook
from tests.browser.test_looks import LEAST_CONTRAST, TOO_FAINT, TOO_WIDE

SCREENSHOTS = Path(__file__).parent / "screenshots"
OURS = ".sockets-lab-states, .sockets-lab-stepper"
MOVES_WITHIN_MS = 10_000
GONE_WITHIN_MS = 15_000

IMPORT = "import socket\nfrom sockets_lab import states, stepper"
FOLLOW = "listener = socket.create_server(('127.0.0.1', 0))\nsock = socket.socket()\nseen = states(sock)\nseen"
CONNECT = "sock.connect(listener.getsockname())\nconn, _ = listener.accept()"
CELLS = [IMPORT, FOLLOW, CONNECT, "sock.close()", "conn.close()", "steps = stepper('stream')\nsteps", "print(steps)"]
STATES, CONNECTS, CLOSES, PEER_CLOSES, STEPPER, PROGRAM = 1, 2, 3, 4, 5, 6

TOO_WIDE_HERE = TOO_WIDE.replace(".filter(element =>", ".filter(element => element instanceof HTMLElement &&")
# The text of a drawing has its colour from "fill"; the letters on the coloured shapes are judged by eye.
TOO_FAINT_HERE = TOO_FAINT.replace(
    "parse(getComputedStyle(element).color)",
    "parse(getComputedStyle(element)[element.ownerSVGElement ? 'fill' : 'color'])",
).replace(
    'element.tagName !== "STYLE"',
    '!["STYLE", "title", "desc"].includes(element.tagName) && !element.closest(".sl-end")',
)


def state(notebook: Notebook, name: str, cell: int = STATES) -> Locator:
    return notebook.cell(cell).locator(f'[data-state="{name}"]')


def path(notebook: Notebook, end: int) -> Locator:
    return notebook.cell(STATES).locator(".sl-paths > div").nth(end).locator("li code")


def button(notebook: Notebook, name: str) -> Locator:
    return notebook.cell(STEPPER).get_by_role("button", name=name, exact=True)


def steps(notebook: Notebook) -> Locator:
    return notebook.cell(STEPPER).locator(".sl-steps li")


def followed(open_notebook: OpenNotebook) -> Notebook:
    notebook = open_notebook(CELLS)
    notebook.run(0)
    notebook.run(STATES)
    expect(path(notebook, 0)).to_have_text(["CLOSE"])
    return notebook


def stepped(open_notebook: OpenNotebook) -> Notebook:
    notebook = open_notebook(CELLS)
    notebook.run(0)
    notebook.run(STEPPER)
    expect(button(notebook, "client: socket")).to_be_visible()
    return notebook


def test_the_drawing_above_moves_while_the_next_cells_run_and_keeps_time_wait(open_notebook: OpenNotebook) -> None:
    notebook = followed(open_notebook)
    notebook.run(CONNECTS)
    expect(path(notebook, 0)).to_have_text(["CLOSE", "SYN_SENT", "ESTABLISHED"], timeout=MOVES_WITHIN_MS)
    expect(path(notebook, 1)).to_have_text(["ESTABLISHED"])
    notebook.run(CLOSES)
    expect(path(notebook, 0).last).to_have_text("FIN_WAIT2", timeout=MOVES_WITHIN_MS)
    notebook.run(PEER_CLOSES)
    expect(path(notebook, 0).last).to_have_text("TIME_WAIT", timeout=MOVES_WITHIN_MS)
    expect(path(notebook, 1)).to_have_text(["ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "gone"])
    left = notebook.cell(STATES).locator(".sl-left")
    expect(left).to_have_text(re.compile(r"^ \d+ s left\.$"))
    expect(left).not_to_have_text(left.inner_text(), timeout=MOVES_WITHIN_MS)  # it counts down
    expect(state(notebook, "TIME_WAIT")).to_have_attribute("aria-label", "TIME_WAIT: over; kept for about a minute, in "
        "case that the last acknowledgement was lost. your socket is here now.")  # fmt: skip
    expect(notebook.cell(STATES).locator(".sl-end")).to_have_count(2)
    notebook.run(STATES)
    expect(path(notebook, 0)).to_have_text(["CLOSE"])
    expect(notebook.cell(STATES).locator(".sl-drawing svg")).to_have_count(1)


def test_a_state_tells_its_meaning_to_the_pointer_and_to_the_keyboard(open_notebook: OpenNotebook) -> None:
    notebook = followed(open_notebook)
    about = notebook.cell(STATES).get_by_role("status")
    state(notebook, "FIN_WAIT1").hover()
    expect(about).to_contain_text("FIN_WAIT1 (in the RFC: FIN-WAIT-1): has said that it will send no more")
    expect(about).to_contain_text("from ESTABLISHED: Your close() or shutdown() sent a FIN")
    keyboard = notebook.page.keyboard
    for _ in range(20):
        keyboard.press("Tab")
        if state(notebook, "CLOSE").evaluate("state => state === document.activeElement"):
            break
    expect(state(notebook, "CLOSE")).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    focused = notebook.cell(STATES).locator(".sl-state:focus")
    expect(about).to_contain_text(str(focused.get_attribute("data-state")))
    expect(focused).not_to_have_attribute("data-state", "CLOSE")
    keyboard.press("d")  # twice, this would delete the cell
    keyboard.press("d")
    expect(notebook.page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(CELLS))
    before = str(focused.get_attribute("data-state"))
    seen = notebook.cell(STATES).locator(".sl-paths > div")
    expect(seen).to_have_count(1)
    notebook.run(CONNECTS)
    expect(seen).to_have_count(2, timeout=MOVES_WITHIN_MS)
    expect(about).to_contain_text(before)  # the drawing moved, and what was looked at stayed


def test_the_last_picture_survives_opening_again_and_a_new_kernel_draws_anew(open_notebook: OpenNotebook) -> None:
    notebook = followed(open_notebook)
    notebook.run(CONNECTS)
    expect(path(notebook, 0).last).to_have_text("ESTABLISHED", timeout=MOVES_WITHIN_MS)
    notebook.run(STEPPER)
    button(notebook, "client: recv").click()
    expect(steps(notebook)).to_have_count(1)
    notebook.save()
    notebook.end_kernel()
    notebook.open()
    expect(path(notebook, 0).last).to_have_text("ESTABLISHED", timeout=GONE_WITHIN_MS)
    expect(notebook.cell(STATES).locator(".sl-drawing svg")).to_be_visible()
    expect(steps(notebook)).to_have_count(1)
    button(notebook, "client: recv").click()
    expect(notebook.cell(STEPPER).locator(".sl-note")).to_contain_text("run this cell again", timeout=GONE_WITHIN_MS)
    for cell in (0, STATES, STEPPER):
        notebook.run(cell)
    expect(path(notebook, 0)).to_have_text(["CLOSE"])
    button(notebook, "client: recv").click()
    expect(steps(notebook)).to_have_count(1)
    notebook.restart_kernel()
    for cell in (0, STATES, CONNECTS):
        notebook.run(cell)
    expect(path(notebook, 0).last).to_have_text("ESTABLISHED", timeout=MOVES_WITHIN_MS)


def test_each_button_is_a_call_whose_errno_or_value_stands_beside_it(open_notebook: OpenNotebook) -> None:
    notebook = stepped(open_notebook)
    for number, name in enumerate(
        "client: recv,client: socket,client: connect,server: socket,server: bind,server: listen,server: accept".split(
            ","
        ),
        1,
    ):
        button(notebook, name).click()
        expect(steps(notebook)).to_have_count(number, timeout=MOVES_WITHIN_MS)
    for number, words in ((0, "NameError"), (2, "ECONNREFUSED: the other machine answered"), (6, "It waits: nobody")):
        expect(steps(notebook).nth(number)).to_contain_text(words)
    button(notebook, "client: connect").focus()
    keyboard = notebook.page.keyboard
    keyboard.press("Enter")
    expect(steps(notebook)).to_have_count(8, timeout=MOVES_WITHIN_MS)
    expect(button(notebook, "client: connect")).to_be_focused()
    keyboard.press("Tab")
    expect(button(notebook, "client: accept")).to_be_focused()
    button(notebook, "server: accept").press("Space")
    expect(notebook.cell(STEPPER).locator('[data-end="conn"]')).to_contain_text("ESTABLISHED", timeout=MOVES_WITHIN_MS)
    expect(state(notebook, "LISTEN", STEPPER)).to_have_class("sl-state sl-been sl-here")
    expect(notebook.run(PROGRAM)).to_contain_text("conn, address = server.accept()")
    notebook.cell(STEPPER).get_by_label("Sockets:").select_option("datagram")
    expect(steps(notebook)).to_have_count(0, timeout=MOVES_WITHIN_MS)
    expect(state(notebook, "CONNECTED", STEPPER)).to_be_visible()
    button(notebook, "client: sendto").click()
    expect(steps(notebook)).to_have_count(1, timeout=MOVES_WITHIN_MS)
    notebook.run(STEPPER)
    expect(steps(notebook)).to_have_count(0)


def test_nothing_is_cut_off_or_faint_at_two_widths_in_light_and_dark(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(CELLS, viewport={"width": 1280, "height": 3200}, color_scheme="light")
    for cell in (0, STATES, CONNECTS, CLOSES, PEER_CLOSES, STEPPER):
        notebook.run(cell)
    expect(path(notebook, 0).last).to_have_text("TIME_WAIT", timeout=MOVES_WITHIN_MS)
    state(notebook, "FIN_WAIT1").click()
    calls = "client: socket,client: connect,server: socket,server: bind,server: listen,client: connect,client: send"
    for number, name in enumerate(calls.split(","), 1):
        button(notebook, name).click()
        expect(steps(notebook)).to_have_count(number, timeout=MOVES_WITHIN_MS)
    SCREENSHOTS.mkdir(exist_ok=True)
    for scheme in ("light", "dark"):
        notebook.page.emulate_media(color_scheme=scheme)
        expect(notebook.page.locator("body")).to_have_attribute(
            "data-jp-theme-light", "true" if scheme == "light" else "false", timeout=MOVES_WITHIN_MS
        )
        for width in (1280, 800):
            notebook.page.set_viewport_size({"width": width, "height": 3200})
            notebook.scroll_to_top()
            notebook.page.screenshot(path=SCREENSHOTS / f"states-{scheme}-{width}.png")
            assert notebook.page.evaluate(TOO_WIDE_HERE, OURS) == []
            assert notebook.page.evaluate(TOO_FAINT_HERE, [OURS, LEAST_CONTRAST]) == []
