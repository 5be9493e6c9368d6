"""The prediction's view alone: how it finds the answer in a cell's code, and what it does without a notebook."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sockets_lab.widgets.assets import asset

CODE = asset("keep.js", "prediction.js")
LOAD = """
async (code) => {
  window.view = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
}
"""
RENDER = """
state => {
  const sent = window.sent = [];
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; },
    send: (message) => sent.push(message),
    widget_manager: {},
  };
  view.default.render({ model, el: document.body });
}
"""


@pytest.fixture
def view(page: Page) -> Page:
    page.evaluate(LOAD, CODE)
    return page


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('x = predict("How many?", choices=["one", "two"], answer=None)', "None"),
        ("x = predict('How many?', number=True, answer = 3)", "3"),
        ("predict('q', number=True, answer=-2.5e3,\n)", "-2.5e3"),
        ('predict("q", choices=["a", "b"],\n    answer="b",  # or answer="a"\n)', '"b"'),
        ('# answer="a" was wrong\npredict("q", choices=["a", "b"], answer=\'b\')', "'b'"),
        ('predict("What does answer=None mean?", choices=["a", "b"], answer="a")', '"a"'),
        ('predict("""Say "answer=1"\nor answer=2""", number=True, answer=7)', "7"),
        (r'predict("a quote \" answer=1", number=True, answer=2)', "2"),
    ],
)
def test_finds_the_one_answer_argument(view: Page, code: str, found: str) -> None:
    place = view.evaluate("code => view.findAnswer(code)", code)
    assert place["text"] == found
    assert code[place["start"] : place["end"]] == found


@pytest.mark.parametrize(
    "code",
    [
        'predict("q", number=True)',
        "predict('q', number=True, answer=guess)",
        "answer = 3\npredict('q', number=True, answer=4)",
        'print(x.answer == 3); right_answer = 5; predict("q", number=True)',
    ],
)
def test_leaves_code_alone_that_has_not_exactly_one_answer_in_figures_or_quotes(view: Page, code: str) -> None:
    assert view.evaluate("code => view.findAnswer(code)", code) is None


@pytest.mark.parametrize(("literal", "value"), [("None", None), ('"c"', "c"), ("'c'", "c"), ("3", 3), ("-.5", -0.5)])
def test_reads_python_literals(view: Page, literal: str, value: Any) -> None:
    assert view.evaluate("text => view.fromPython(text)", literal) == value


@pytest.mark.parametrize(("value", "literal"), [(None, "None"), ("c", '"c"'), (3, "3"), (0.5, "0.5"), (1e21, "1e+21")])
def test_writes_python_literals(view: Page, value: Any, literal: str) -> None:
    assert view.evaluate("value => view.toPython(value)", value) == literal


def test_where_the_code_is_out_of_reach_a_choice_says_what_to_write_and_counts_nowhere(view: Page) -> None:
    choices = [["a", "once"], ["b", "twice"]]
    view.evaluate(RENDER, {"question": "How often?", "choices": choices, "answer": None, "cell_id": "x"})
    expect(view.get_by_role("status")).to_contain_text('write answer="a"')
    view.get_by_label("twice").check()
    expect(view.get_by_role("status")).to_have_text(
        'To keep this, write answer="b" in this cell\'s code and run the cell.'
    )
    assert view.evaluate("sent") == []


def test_where_the_code_is_out_of_reach_the_answer_of_the_last_run_is_shown(view: Page) -> None:
    view.evaluate(RENDER, {"question": "How many?", "choices": [], "answer": 3, "cell_id": "x"})
    expect(view.get_by_label("Your number")).to_have_value("3")


def test_a_screen_reader_hears_the_question_the_choices_and_the_state(view: Page) -> None:
    choices = [["a", "`recv` waits"], ["b", "<b>never</b>"]]
    view.evaluate(RENDER, {"question": "What does `recv` do?", "choices": choices, "answer": "b", "cell_id": "x"})
    group = view.get_by_role("group", name="What does recv do?")
    expect(group.get_by_role("radio", name="a) recv waits")).not_to_be_checked()
    expect(group.get_by_role("radio", name="b) <b>never</b>")).to_be_checked()
    expect(group.get_by_role("status")).to_be_visible()


def test_text_between_backticks_is_code_and_html_is_text(view: Page) -> None:
    choices = [["a", "`s.recv(4)`"], ["b", "<i>nothing</i>"]]
    view.evaluate(RENDER, {"question": "Which?", "choices": choices, "answer": None, "cell_id": "x"})
    assert json.loads(
        view.evaluate("JSON.stringify([...document.querySelectorAll('code')].map(c => c.textContent))")
    ) == ["s.recv(4)"]
    assert view.locator("i").count() == 0
