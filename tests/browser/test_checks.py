"""Checks in JupyterLab, with a real kernel: what a learner sees, and that stopping leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab

IMPORT = "from sockets_lab import *"
RIGHT = """import struct

def exactly(sock, n):
    got = b""
    while len(got) < n and (chunk := sock.recv(n - len(got))):
        got += chunk
    return got

def recv_frame(sock, max_len):
    header = exactly(sock, 4)
    if not header:
        return None
    if len(header) < 4:
        raise EOFError("the peer stopped inside of a length")
    (length,) = struct.unpack(">I", header)
    if length > max_len:
        raise ValueError(f"{length} bytes are announced, {max_len} allowed")
    body = exactly(sock, length)
    if len(body) < length:
        raise EOFError("the peer stopped inside of a frame")
    return body"""
SINGLE_RECV = """import struct

def recv_frame(sock, max_len):
    (length,) = struct.unpack(">I", sock.recv(4))
    print("a frame of", length, "bytes")
    return sock.recv(length)"""
CHECK = "check(recv_frame)"


def test_a_failing_check_shows_its_replay_and_hints_one_after_the_other(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([IMPORT, SINGLE_RECV, CHECK])
    for cell in (0, 1):
        notebook.run(cell)
    report = notebook.run(2)
    expect(report).to_contain_text("of 5 points")
    expect(report.get_by_role("row", name="FAILED a frame that arrives one byte at a time")).to_be_visible()
    expect(report.get_by_role("row", name="recv(4) -> b'\\x00'")).to_be_visible()
    expect(report.get_by_text("Hint 1 of 3:").first).to_be_visible()
    second = report.get_by_text("Write a helper that loops").first
    third = report.get_by_text("while len(got) < n").first
    expect(second).to_be_hidden()
    report.get_by_text("Show hint 2 of 3").first.click()
    expect(second).to_be_visible()
    expect(third).to_be_hidden()
    notebook.page.keyboard.press("Tab")
    notebook.page.keyboard.press("Enter")
    expect(third).to_be_visible()


def test_the_replay_that_a_report_offers_shows_the_same_steps(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([IMPORT, SINGLE_RECV, CHECK, "replay(...)"])
    for cell in (0, 1, 2):
        notebook.run(cell)
    command = notebook.output(2).locator("code", has_text="replay(recv_frame").first.inner_text()
    notebook.write(3, command)
    expect(notebook.run(3).get_by_role("row", name="recv(4) -> b'\\x00'")).to_be_visible()


def test_a_passing_check_says_why_it_works(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([IMPORT, RIGHT, CHECK])
    for cell in (0, 1):
        notebook.run(cell)
    report = notebook.run(2)
    expect(report).to_contain_text("5 of 5 points, all trials passed")
    expect(report).to_contain_text("Why it works")
    saved = notebook.save()
    assert "".join(saved["cells"][2]["outputs"][0]["data"]["text/plain"]) == "5"


def test_stop_ends_a_check_that_hangs_says_so_and_leaves_no_process(
    open_notebook: OpenNotebook, lab: Lab, wait_until: Callable[..., None]
) -> None:
    hanging = (
        "def recv_frame(sock, max_len):\n    open('called', 'w').close()\n    while True:\n        sock.recv(4096)"
    )
    notebook = open_notebook([IMPORT, RIGHT, CHECK, hanging, CHECK, RIGHT, CHECK])
    for cell in (0, 1, 2):
        notebook.run(cell)
    before = set(lab.kernels())
    notebook.run(3)
    notebook.run(4, wait=False)
    wait_until((lab.folder / "called").exists, "the function is called")
    assert set(lab.kernels()) > before, "the check's own processes"
    notebook.interrupt()
    expect(notebook.output(4)).to_have_text(
        "CheckInterrupted: you stopped check(recv_frame) before its verdict: "
        "the peers are gone, nothing was graded; run it again"
    )
    assert set(lab.kernels()) == before
    notebook.run(5)
    expect(notebook.run(6)).to_contain_text("5 of 5 points")


def test_a_cell_that_serves_stops_its_old_server_when_it_runs_again(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([IMPORT, "servers = []", "servers.append(serve(echo))", "servers"])
    for cell in (0, 1, 2):
        notebook.run(cell)
    expect(notebook.run(3)).to_contain_text("running")
    notebook.run(2)
    shown = notebook.run(3).inner_text()
    assert [word for word in ("stopped", "running") if word in shown] == ["stopped", "running"]
    assert shown.index("stopped") < shown.index("running")


def test_what_cannot_be_checked_is_said_in_one_sentence(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(
        [
            IMPORT,
            CHECK,
            "def recv_frame(sock, max_len)\n    return b''",
            CHECK,
            "def recv_frame(sock):\n    pass",
            CHECK,
        ]
    )
    notebook.run(0)
    expect(notebook.run(1)).to_have_text(
        "CheckError: recv_frame is not defined yet: run the cell that defines it, then run this one again"
    )
    expect(notebook.run(2)).to_contain_text("SyntaxError")
    expect(notebook.run(3)).to_have_text(
        "CheckError: the cell that defines recv_frame cannot be read: expected ':', at line 1; "
        "mend that cell and run it"
    )
    notebook.run(4)
    expect(notebook.run(5)).to_have_text(
        "CheckError: recv_frame(sock) has the wrong parameters; it is called as recv_frame(sock, max_len)"
    )
