"""A ladder of plain steps, for a report."""

from __future__ import annotations

from xml.etree import ElementTree

from sockets_lab.ladder.steps import Step, ladder_of_steps

STEPS = [
    Step("peer", "1 byte 00", to="your code", at_s=0.0, words="the first of four"),
    Step("your code", "recv(4) -> 1 byte", at_s=0.001, line=3),
    Step("your code", 'struct.unpack(">I", <b>) raised struct.error', at_s=0.002, line=3, failed=True),
    Step("peer", "RST", to="your code", at_s=0.003, marks=("reset",), state="CLOSE", words="breaks off"),
]


def test_names_who_sends_what_to_whom() -> None:
    lines = str(ladder_of_steps(STEPS)).splitlines()
    assert "peer > your code" in lines[1] and "1 byte 00" in lines[1]
    assert "3: recv(4) -> 1 byte" in lines[2]
    assert "[reset]" in lines[4] and "peer CLOSE" in lines[4]


def test_is_a_drawing_whose_texts_are_escaped() -> None:
    svg = ladder_of_steps(STEPS, ["<script>"]).svg()
    ElementTree.fromstring(svg)
    assert "<b>" not in svg and "<script>" not in svg


def test_no_steps_are_no_error() -> None:
    ElementTree.fromstring(ladder_of_steps([]).svg())
    assert str(ladder_of_steps([])) == ""


def test_what_is_sent_stands_beside_the_call_that_sends_it() -> None:
    steps = [Step("you", "send(1 byte)"), Step("you", "1 byte 00", to="peer"), Step("peer", "ACK", to="you")]
    rows = ladder_of_steps(steps).rows
    assert [(row.code is not None, row.sends.label if row.sends else "") for row in rows] == [
        (True, "1 byte 00"),
        (False, "ACK"),
    ]


def test_a_lifeline_can_be_put_to_the_left() -> None:
    names = [lifeline.name for lifeline in ladder_of_steps(STEPS, leftmost="your code").lifelines]
    assert names == ["your code", "peer"]
    assert [lifeline.name for lifeline in ladder_of_steps([], leftmost="your code").lifelines] == []
