"""The wire's sliders: what is measured in words and pictures, and in a notebook's kernel."""

from __future__ import annotations

import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from sockets_lab.network import why_no_network
from sockets_lab.widgets.sliders_charts import charts, picture
from sockets_lab.widgets.sliders_measurements import Measurement, Setting, by_seconds, table, together
from tests.processes import Kernel

needs_network = pytest.mark.skipif(bool(why_no_network()), reason=why_no_network())

FAST, SLOW = Setting(0.0, 0.01, 20e6), Setting(0.05, 0.1, 2e6)
SVG = "{http://www.w3.org/2000/svg}"


def span(number: int, setting: Setting = FAST, **changes: Any) -> Measurement:
    """The quarter of a second at ``number``: 16 Mbit/s."""
    known = {"received": 500_000, "retransmissions": 0, "round_trip_s": 0.03} | changes
    return Measurement(until_s=(number + 1) / 4, seconds=0.25, setting=setting, **known)


def test_spans_that_follow_each_other_are_one_longer_span() -> None:
    one = together([span(0), span(1, retransmissions=3, received=0, round_trip_s=0.05)])
    assert (one.until_s, one.seconds, one.received, one.retransmissions) == (0.5, 0.5, 500_000, 3)
    assert one.round_trip_s == pytest.approx(0.04)
    assert one.throughput_bps == pytest.approx(8e6)
    assert str(one) == "8 Mbit/s, 3 sent again, round trip 40 ms"


def test_a_round_trip_that_is_not_known_is_not_counted_as_none_at_all() -> None:
    assert together([span(0, round_trip_s=None), span(1, round_trip_s=0.05)]).round_trip_s == 0.05
    assert str(span(0, round_trip_s=None)).endswith("round trip unknown")


def test_the_table_has_a_row_a_second_and_another_when_the_wire_was_set_anew() -> None:
    spans = [*(span(number) for number in range(6)), *(span(number, SLOW) for number in range(6, 8))]
    assert [one.seconds for one in by_seconds(spans)] == [1.0, 0.5, 0.5]
    head, *rows = table(spans).splitlines()
    assert head.split() == "until loss delay bandwidth throughput sent again round trip".split()
    assert rows[2].split() == "2.0 s 5 % 100 ms 2 Mbit/s 16 Mbit/s 0 30 ms".split()
    assert len({len(line) for line in (head, *rows)}) == 1


def test_each_chart_says_in_words_what_it_shows() -> None:
    spans = [span(0), span(1, SLOW, received=50_000, retransmissions=4, round_trip_s=0.2)]
    labels = [ElementTree.fromstring(chart).attrib["aria-label"] for chart in charts(spans)]
    assert labels == [
        "Throughput: 1.6 Mbit/s now, from 1.6 Mbit/s to 16 Mbit/s",
        "Sent again: 4 segments, 4 of them in the last quarter second",
        "Round trip: 200 ms now, from 30 ms to 200 ms",
    ]
    assert [ElementTree.fromstring(chart).attrib["aria-label"] for chart in charts([])] == [
        f"{title}: nothing measured yet" for title in ("Throughput", "Sent again", "Round trip")
    ]


def test_a_picture_marks_the_moment_at_which_the_wire_was_set_anew_in_every_chart() -> None:
    spans = [span(0), span(1), span(2, SLOW, round_trip_s=None, received=0)]
    drawn = ElementTree.fromstring(picture(spans, "the caption"))
    assert len([path for path in drawn.iter(f"{SVG}path") if path.attrib["class"] == "sl-change"]) == 3
    dashed = [path.attrib["d"] for path in drawn.iter(f"{SVG}path") if path.attrib["class"] == "sl-set"]
    assert [path.count("M") for path in dashed] == [2, 2]  # of the throughput and the round trip, two levels each
    assert "the caption" in [text.text for text in drawn.iter(f"{SVG}text")]


def test_only_the_last_half_minute_is_drawn() -> None:
    spans = [span(number, received=5_000_000 if number == 0 else 500_000) for number in range(400)]
    assert charts(spans)[0].count("L") < 125
    assert "to 16 Mbit/s" in charts(spans)[0]


def told(kernel: Kernel, expression: str) -> Any:
    """Its value in the kernel; written at once, because the kernel sends what is there every now and then."""
    return kernel.value(f"import json, os, sys; _ = sys.stdout.write(json.dumps({expression}))")


@needs_network
def test_its_cell_running_again_ends_the_transfer_and_its_network(kernel: Kernel) -> None:
    kernel.run("from sockets_lab import sliders")
    kernel.run("wire = sliders()\nwire.start()", cell="one")
    kernel.run("old = wire\npid = old._transfer._pid")
    kernel.run("wire = sliders()", cell="one")
    assert told(kernel, "[old.stopped, old.net.running, os.path.exists(f'/proc/{pid}')]") == [True, False, False]
    kernel.run("wire.stop()")


@needs_network
def test_a_kernel_that_rests_takes_in_what_is_measured(kernel: Kernel) -> None:
    kernel.run("from sockets_lab import sliders")
    kernel.run("wire = sliders()\nwire.start()", cell="rests")
    deadline = time.monotonic() + 10
    while not told(kernel, "len(wire.measurements)"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (shown,) = kernel.run("wire", cell="shows")
    assert set(shown["data"]) == {"text/plain", "image/svg+xml", "application/vnd.jupyter.widget-view+json"}
    kernel.run("wire.stop()")


def test_ipywidgets_is_imported_only_for_a_front_end() -> None:
    program = (
        "import sys; from sockets_lab import sliders; "
        "print([name for name in ('ipywidgets', 'anywidget', 'IPython') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"
