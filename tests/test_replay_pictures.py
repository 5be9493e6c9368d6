"""What a replay compares of a picture, and of everything else."""

from __future__ import annotations

from typing import Any

from tests.replay_pictures import _without_drawings, formats

STREAM = {"output_type": "stream", "name": "stdout", "text": "True\n"}


def picture(**more: str) -> dict[str, Any]:
    return {"output_type": "execute_result", "metadata": {}, "data": {"image/svg+xml": "<svg/>", **more}}


def compared(test: list[Any], reference: list[Any]) -> bool:
    return bool(_without_drawings(lambda one, other: one == other)(test, reference))


def test_what_is_drawn_may_differ_and_what_is_printed_may_not() -> None:
    now, then = picture(**{"text/plain": "0.1 ms SYN"}), picture(**{"text/plain": "0.2 ms SYN"})
    assert compared([STREAM, now], [STREAM, then])
    assert not compared([STREAM, now], [{**STREAM, "text": "False\n"}, then])


def test_a_picture_that_is_missing_or_has_lost_its_text_form_is_noticed() -> None:
    whole = picture(**{"text/plain": "0.1 ms SYN"})
    assert not compared([STREAM], [STREAM, whole])
    assert not compared([picture()], [whole])
    assert not compared([{**whole, "data": {"text/plain": "an error"}}], [whole])


def test_the_view_that_only_a_front_end_gets_does_not_count_and_the_rest_stays_as_it_is() -> None:
    live = picture(**{"application/vnd.jupyter.widget-view+json": "an id"})
    assert formats(live) == formats(picture())
    assert formats(STREAM) is STREAM
    assert formats({"output_type": "execute_result", "data": {"text/plain": "5"}})["data"] == {"text/plain": "5"}
