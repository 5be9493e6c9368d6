"""A report reads well as text and as HTML, trusted or not, shows hidden trials to nobody, and is nbgrader's number."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from sockets_lab.referee.report import Report, format_points
from sockets_lab.referee.verdicts import Findings, Verdict

STEPS = ((0.0, "peer", "sends  00 00 00 05"), (0.001, "your code", "recv(4) -> 00"))
PASSED = Verdict("whole", "a frame that arrives whole", "passed", 1, steps=STEPS, printed="what it printed")
FAILED = Verdict(
    "dribble",
    "a frame <b>that</b> arrives slowly",
    "failed",
    2,
    reason="your function raised struct.error",
    expected="b'hello'",
    seen="<script>alert(1)</script>",
    hint_key="single_recv",
    hints=("a question?", "a direction", "an answer"),
    steps=STEPS,
    printed="looking & printing\nin two lines",
)
HIDDEN = Verdict(
    "secret_name",
    "a secret title",
    "failed",
    1,
    hidden=True,
    reason="a secret reason",
    expected="a secret result",
    seen="what was seen in secret",
    hints=("a hint that may be seen", "a second", "a third"),
    steps=((0.0, "peer", "a secret step"),),
    printed="printed in secret",
)
NOT_RUN = Verdict("last", "the last one", "not run", 1, reason="needs the first failure mended")
VOID = {"meta", "br", "img", "input", "hr", "link"}


def findings(*verdicts: Verdict, why: str = "") -> Findings:
    return Findings("stream.recv_frame", 2.5, 5, 77, verdicts, why)


def html(*verdicts: Verdict, why: str = "", open_all: bool = False) -> str:
    return Report(findings(*verdicts, why=why), open_all=open_all)._repr_mimebundle_()["text/html"]


class Reader(HTMLParser):
    """What a browser makes of it without scripts and style: the text, and the elements, which must be closed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += f"{data} "


ALL = (PASSED, FAILED, HIDDEN, NOT_RUN)


def test_its_plain_form_is_the_points_and_nothing_else() -> None:
    assert Report(findings(*ALL))._repr_mimebundle_()["text/plain"] == "2.5"
    assert repr(Report(findings(*ALL))) == "2.5"
    assert float(Report(findings(*ALL))) == 2.5


@pytest.mark.parametrize(("points", "shown"), [(3, "3"), (2.5, "2.5"), (0.0, "0"), (3.33, "3.33"), (10, "10")])
def test_points_are_shown_without_a_needless_fraction(points: float, shown: str) -> None:
    assert format_points(points) == shown


def test_the_text_says_what_was_tried_and_seen_and_how_to_go_on() -> None:
    assert str(Report(findings(*ALL))).splitlines() == [
        "recv_frame: 2.5 of 5 points",
        "",
        "  passed    a frame that arrives whole",
        "  FAILED    a frame <b>that</b> arrives slowly",
        "            your function raised struct.error",
        "              1  peer       sends  00 00 00 05",
        "              2  your code  recv(4) -> 00",
        "            expected b'hello'",
        "            seen     <script>alert(1)</script>",
        "            printed  looking & printing",
        "            printed  in two lines",
        "            Hint 1 of 3: a question?",
        "            For the next hint: hint(recv_frame)",
        '            Try it: replay(recv_frame, "dribble", seed=77)',
        "  FAILED    a hidden trial",
        "            Hint 1 of 3: a hint that may be seen",
        "  not run   the last one (needs the first failure mended)",
        "",
        "  seed 77",
    ]


@pytest.mark.parametrize("open_all", [False, True])
def test_nothing_of_a_hidden_trial_but_its_hint_is_in_a_report(open_all: bool) -> None:
    report = Report(findings(*ALL), open_all=open_all)
    for shown in (str(report), report._repr_mimebundle_()["text/html"]):
        assert "secret" not in shown
        assert "a hidden trial" in shown
        assert "a hint that may be seen" in shown


def test_the_html_is_well_formed_and_says_what_the_text_says() -> None:
    read = Reader(html(*ALL))
    for said in (
        "recv_frame: 2.5 of 5 points",
        "a frame <b>that</b> arrives slowly",
        "your function raised struct.error",
        "recv(4) -> 00",
        "<script>alert(1)</script>",
        "looking & printing\nin two lines",
        "a question?",
        "an answer",
        'replay(recv_frame, "dribble", seed=77)',
        "needs the first failure mended",
        "seed 77",
    ):
        assert said in read.text


def test_the_html_runs_nothing_and_loads_nothing() -> None:
    read = Reader(html(*ALL))
    assert not {"script", "iframe", "object", "img", "link"} & {tag for tag, _ in read.elements}
    for _, attributes in read.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert not any("javascript:" in (value or "") or "//" in (value or "") for value in attributes.values())


def test_verdicts_are_words_beside_their_colour_and_sign() -> None:
    """Colour and style are lost in a notebook that is not trusted, and signs on some screen readers."""
    without_style = re.sub(r"<style>.*?</style>| class=(\"[^\"]*\"|'[^']*')", "", html(*ALL), flags=re.DOTALL)
    text = Reader(without_style).text
    assert re.findall(r"passed|FAILED|not run", text)[:4] == [
        "passed",
        "FAILED",
        "FAILED",
        "not run",
    ]


def test_the_second_and_third_hint_are_each_behind_a_click_on_the_one_before() -> None:
    source = html(FAILED)
    assert source.index("Hint 1 of 3") < source.index("Show hint 2 of 3") < source.index("Show hint 3 of 3")
    second = source[source.index("Show hint 2 of 3") :]
    assert second.index("a direction") < second.index("<details>") < second.index("an answer")


def test_only_the_first_failure_is_open() -> None:
    other = Verdict(**{**vars(FAILED), "trial": "other", "title": "another"})
    boxes = [attributes for tag, attributes in Reader(html(FAILED, other)).elements if tag == "details"]
    assert [("open" in attributes) for attributes in boxes if "sl-box" in (attributes.get("class") or "")] == [
        True,
        False,
    ]


def test_a_replay_shows_every_step_of_a_trial_that_passed() -> None:
    assert "recv(4) -> 00" not in Reader(html(PASSED)).text
    assert "recv(4) -> 00" in Reader(html(PASSED, open_all=True)).text
    assert "recv(4) -> 00" in str(Report(findings(PASSED), open_all=True))


def test_of_very_many_steps_the_first_and_the_last_are_shown() -> None:
    many = tuple((float(number), "peer", f"step {number}.") for number in range(5000))
    text = str(Report(findings(Verdict(**{**vars(FAILED), "steps": many}))))
    assert "step 0." in text and "step 4999." in text and "step 2500." not in text
    assert "... 4974 more steps ..." in text


def test_of_very_much_output_only_the_beginning_is_shown() -> None:
    loud = Verdict(**{**vars(FAILED), "printed": "x" * 1000 + "\n" + "line\n" * 10_000})
    assert len(str(Report(findings(loud)))) < 3000
    assert len(html(loud)) < 10_000


def test_it_says_why_the_answer_works_where_everything_passed() -> None:
    assert "Why it works: bytes, not messages" in str(Report(findings(PASSED, why="bytes, not messages")))
    assert "bytes, not messages" in Reader(html(PASSED, why="bytes, not messages")).text
    assert "Why it works" not in str(Report(findings(*ALL))) + html(*ALL)
