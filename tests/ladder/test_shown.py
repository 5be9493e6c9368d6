"""The ladder as text and as an SVG drawing."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sockets_lab.ladder.building import ladder_of
from sockets_lab.ladder.data import as_data
from sockets_lab.ladder.recording import Recorded
from sockets_lab.ladder.svg_layout import Text, lay_out
from tests.ladder.recordings import ACK, PSH, Talk, five_packets, many_packets, trouble

RECORDINGS = {"5": five_packets, "50": lambda: many_packets(50), "500": lambda: many_packets(500), "trouble": trouble}
HOSTILE = [
    b'"><script>alert(1)</script>',
    b"</text></svg><img src=x onerror=alert(1)>",
    b"]]>&amp;'\x00\x01\xff",
    b"\x1b[2J",
]


def hostile() -> Recorded:
    talk = Talk()
    talk.call("connect", '</title><script>alert("code")</script>')
    talk.handshake()
    for payload in HOSTILE:
        talk.send("client", PSH | ACK, payload)
    return talk.recorded(missing=("<b>missing</b>",))


@pytest.mark.parametrize("name", RECORDINGS)
def test_no_text_lies_on_another_or_outside(name: str) -> None:
    drawing = lay_out(ladder_of(RECORDINGS[name]()))
    for one, other in combinations(drawing.texts, 2):
        assert not overlap(one, other), f"{one.text!r} lies on {other.text!r}"
    for text in drawing.texts:
        left, top, right, bottom = text.box
        assert left >= 0 and top >= 0 and right <= drawing.width and bottom <= drawing.height, text


def overlap(one: Text, other: Text) -> bool:
    (a, b, c, d), (e, f, g, h) = one.box, other.box
    return a < g and e < c and b < h and f < d


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_drawing_is_xml_and_says_what_it_shows(name: str) -> None:
    ladder = ladder_of(RECORDINGS[name]())
    root = ElementTree.fromstring(ladder.svg())
    assert root.get("role") == "img" and "Ladder of" in root.get("aria-label", "")
    assert root.find("{*}title") is not None and "#1 SYN" in (root.findtext("{*}desc") or "")


def test_the_drawing_is_short_for_500_packets() -> None:
    root = ElementTree.fromstring(ladder_of(many_packets(500)).svg())
    assert float(root.get("viewBox", "").split()[3]) < 1000


def test_marks_are_words_and_line_styles_not_colours_alone() -> None:
    svg = ladder_of(trouble()).svg()
    root = ElementTree.fromstring(svg)
    words = " ".join(text.text or "" for text in root.iterfind(".//{*}text"))
    for mark in ("dropped: SYN", "sent again: SYN", "copy: PSH", "zero window: ACK", "reset: RST"):
        assert mark in words
    dashes = {path.get("stroke-dasharray") for path in root.iterfind(".//{*}path")}
    assert {"3 4", "9 4", "9 3 2 3"} <= dashes


def test_bytes_of_strangers_are_text_and_nothing_else() -> None:
    svg = ladder_of(hostile()).svg()
    root = ElementTree.fromstring(svg)
    allowed = {"svg", "title", "desc", "style", "rect", "path", "g", "text"}
    assert {element.tag.partition("}")[2] for element in root.iter()} <= allowed
    assert all(not name.startswith("on") for element in root.iter() for name in element.attrib)
    assert "<script" not in svg and "<img" not in svg and "\x1b" not in svg


def test_no_control_characters_reach_a_terminal() -> None:
    text = str(ladder_of(hostile()))
    assert all(sign == "\n" or sign.isprintable() for sign in text)


def test_the_table_has_a_line_for_each_row_and_names_its_columns() -> None:
    lines = str(ladder_of(five_packets())).splitlines()
    assert lines[0].split() == "ms your code from > to packet state what it means".split()
    assert len(lines) == 6
    assert "your client > echo server" in lines[1] and "SYN_SENT" in lines[1] and "asks for a connection" in lines[1]


def test_the_table_leaves_out_what_would_be_empty() -> None:
    assert "your code" not in str(ladder_of(many_packets(10)))


def test_save_writes_the_drawing(tmp_path: Path) -> None:
    ladder = ladder_of(five_packets())
    ladder.save(tmp_path / "ladder.svg")
    assert (tmp_path / "ladder.svg").read_text(encoding="utf-8") == ladder.svg()


def test_a_front_end_gets_text_and_drawing() -> None:
    bundle, metadata = ladder_of(five_packets())._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/svg+xml"}
    assert metadata == {"image/svg+xml": {"alt": "Ladder of 5 packets: your client, echo server"}}


def test_the_data_for_the_live_form_is_json_and_whole() -> None:
    data = json.loads(json.dumps(as_data(ladder_of(trouble()))))
    assert len(data["arrows"]) == 12
    assert ["flags", "SYN"] in data["arrows"][0]["fields"]
