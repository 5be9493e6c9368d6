"""Demonstrations in a plain kernel that may make no network."""

from __future__ import annotations

from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_output

from sockets_lab.demonstrations import FOLDER, is_stand_in, pictures_of, text_of
from tests.processes import Kernel

CELL = "with Network(seed=1) as net:\n    print(net)\nlater = 1"
# What a plain kernel of root's has, too, is taken from this one.
BEGIN = """
import ctypes, os, struct
from sockets_lab import Network, capture
assert ctypes.CDLL(None).capset(struct.pack("=Ii", 0x20080522, 0), bytes(24)) == 0
os.chdir({folder!r})
"""


@pytest.fixture(scope="module")
def plain(kernel: Kernel, tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    folder = tmp_path_factory.mktemp("lesson")
    svg = new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "a ladder"})
    printed = new_output("stream", name="stdout", text="<network>\n")
    (folder / FOLDER).mkdir()
    (folder / FOLDER / "lesson.json").write_text(text_of(pictures_of([new_code_cell(CELL, outputs=[printed, svg])])))
    assert kernel.run(BEGIN.format(folder=str(folder))) == []
    return kernel


def shown(outputs: list[dict[str, Any]]) -> str:
    sentence = outputs[0]
    assert is_stand_in(sentence)
    assert sentence["data"]["text/html"].startswith("<p><strong>Not shown live.</strong> ")
    return str(sentence["data"]["text/plain"])


def test_a_cell_that_needs_a_network_says_what_is_missing_and_shows_its_stored_picture(plain: Kernel) -> None:
    sentence, printed, picture = plain.run(CELL)
    assert shown([sentence]).startswith("Not shown live. Network needs ")
    assert shown([sentence]).endswith("\nWhen the lesson was made, this cell showed:")
    assert printed["text"] == "<network>\n"
    assert picture["data"] == {"image/svg+xml": "<svg/>", "text/plain": "a ladder"}


def test_the_cell_counts_as_run_and_the_notebook_goes_on(plain: Kernel) -> None:
    plain.finish(plain.start(CELL))
    reply = plain.client.execute_interactive(CELL, timeout=20, output_hook=lambda _: None)
    assert reply["content"]["status"] == "ok"
    assert plain.value("print(int('later' in globals()))") == 0


def test_a_changed_cell_has_no_picture_and_says_so(plain: Kernel) -> None:
    outputs = plain.run(CELL.replace("seed=1", "seed=2"))
    assert len(outputs) == 1
    assert shown(outputs).endswith("for this one, as it now reads, there is nothing.")


def test_a_capture_that_this_process_may_not_make_is_named(plain: Kernel) -> None:
    assert "capture on lo: this process may not (CAP_NET_RAW)" in shown(plain.run("capture('lo')"))


def test_other_exceptions_look_as_ever(plain: Kernel) -> None:
    (error,) = plain.run("1 / 0")
    assert (error["output_type"], error["ename"]) == ("error", "ZeroDivisionError")
    (error,) = plain.run("check(never_defined)")
    assert error["ename"] in ("CheckError", "NameError")
    (error,) = plain.run("Network(mtu=1)")
    assert error["ename"] == "ValueError"


def test_caught_by_the_cell_itself_it_is_an_exception_like_any_other(plain: Kernel) -> None:
    code = "try:\n    Network()\nexcept RuntimeError as error:\n    print(len(str(error)) > 20)"
    assert plain.run(code)[0]["text"] == "True\n"
