"""What of a kernel's outputs is kept: text and pictures, whatever the messages look like."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from nbformat import validate
from nbformat.v4 import new_code_cell, new_notebook

from sockets_lab.grading import shown
from sockets_lab.grading.shown import Shown, as_printed

PIXEL = "iVBORw0KGgo="
KINDS = ("stream", "display_data", "execute_result", "error", "clear_output", "update_display_data", "comm_open")
NAMES = some.sampled_from(["name", "text", "data", "traceback", "ename", "evalue", "wait", "text/plain", "image/png"])
LEAF = some.none() | some.booleans() | some.integers() | some.floats() | some.text(some.characters())
ANYTHING = some.recursive(
    LEAF, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(NAMES, inner, max_size=6), max_leaves=12
)


def take(*messages: tuple[str, Any]) -> list[Any]:
    taken = Shown()
    for kind, content in messages:
        taken.take(kind, content)
    return taken.outputs


def display(**data: Any) -> tuple[str, Any]:
    return "display_data", {"data": {name.replace("_", "/"): value for name, value in data.items()}, "metadata": {}}


def test_text_and_pictures_are_kept() -> None:
    outputs = take(
        ("stream", {"name": "stdout", "text": "a"}),
        ("stream", {"name": "stdout", "text": "b"}),
        ("execute_result", {"data": {"text/plain": "5"}, "execution_count": 7}),
        display(image_png=PIXEL, text_plain="a picture"),
        ("error", {"ename": "E", "evalue": "v", "traceback": ["E: v"]}),
    )
    assert [one.output_type for one in outputs] == ["stream", "execute_result", "display_data", "error"]
    assert outputs[0].text == "ab" and outputs[2].data == {"image/png": PIXEL, "text/plain": "a picture"}


@pytest.mark.parametrize(
    "kind",
    [
        *("text/html", "application/javascript", "image/svg+xml", "text/markdown", "text/latex", "application/pdf"),
        *("application/vnd.jupyter.widget-view+json", "application/json"),
    ],
)
def test_what_could_do_something_in_a_browser_is_left_out(kind: str) -> None:
    assert not take(("display_data", {"data": {kind: "<script>alert(1)</script>"}, "metadata": {}}))


def test_a_picture_that_ends_its_attribute_is_none_and_metadata_are_not_kept() -> None:
    broken = ("display_data", {"data": {"image/png": '"><script>'}, "metadata": {}})
    sized = ("display_data", {"data": {"image/png": PIXEL}, "metadata": {"image/png": {"width": '1"><script>'}}})
    (kept,) = take(broken, sized)
    assert kept.metadata == {}


def test_what_is_too_much_is_cut_and_the_rest_of_the_cell_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "LONGEST", 20)
    taken = Shown()
    for text in ("12345", "x" * 20, "more"):
        taken.take("stream", {"name": "stdout", "text": text})
    assert taken.cut and [one.text for one in taken.outputs] == ["12345"]


def test_clearing_takes_away_what_was_shown_at_once_or_with_the_next() -> None:
    one, two = ({"name": "stdout", "text": text} for text in "12")
    assert take(("stream", one), ("clear_output", {"wait": False})) == []
    assert [out.text for out in take(("stream", one), ("clear_output", {"wait": True}))] == ["1"]
    assert [out.text for out in take(("stream", one), ("clear_output", {"wait": True}), ("stream", two))] == ["2"]


def test_beside_a_verdict_everything_is_printed_text_and_no_value() -> None:
    outputs = take(
        ("stream", {"name": "stderr", "text": "noise\n"}),
        ("execute_result", {"data": {"text/plain": "5"}, "execution_count": 1}),
        ("error", {"ename": "E", "evalue": "v", "traceback": ["E: v"]}),
        display(image_png=PIXEL),
    )
    printed, picture = as_printed(outputs)
    assert (printed.name, printed.text) == ("stdout", "noise\nE: v\n")
    assert picture.data == {"image/png": PIXEL}


@given(some.lists(some.tuples(some.sampled_from(KINDS), ANYTHING), max_size=6))
def test_whatever_comes_the_notebook_can_be_written(messages: list[tuple[str, Any]]) -> None:
    outputs = take(*messages)
    notebook = new_notebook(cells=[new_code_cell("", outputs=outputs)])
    validate(notebook)
    json.dumps(notebook, ensure_ascii=False).encode("utf-8")
    assert all(one.output_type in ("stream", "display_data") for one in as_printed(outputs))
