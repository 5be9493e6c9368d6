"""A prediction in JupyterLab: what is chosen stands in the cell's code, and so in the notebook."""

from __future__ import annotations

import json

from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenNotebook
from tests.browser.notebook import Notebook

ASK = """recv_count = predict(
    "How many times did the server's `recv` return data?",
    choices=["always once", "always twice", "once or twice, TCP decides", "ten times"],
    answer=None,
)"""
ASK_NUMBER = 'first_send = predict("How many bytes did `send` take?", number=True, answer=None)'
CELLS = ["from sockets_lab import check, predict", ASK, "check(recv_count)", ASK_NUMBER, "check(first_send)"]
CHOICE, CHECK, NUMBER, CHECK_NUMBER = 1, 2, 3, 4


def radio(notebook: Notebook, name: str) -> Locator:
    return notebook.cell(CHOICE).get_by_role("radio", name=name)


def asked(open_notebook: OpenNotebook) -> Notebook:
    notebook = open_notebook(CELLS)
    notebook.run(0)
    notebook.run(CHOICE)
    expect(radio(notebook, "a) always once")).to_be_visible()
    return notebook


def test_a_click_writes_the_answer_into_the_cell_and_the_next_cell_knows_it(open_notebook: OpenNotebook) -> None:
    notebook = asked(open_notebook)
    expect(notebook.run(CHECK)).to_contain_text("recv_count has no answer yet")
    notebook.cell(CHOICE).get_by_text("c) once or twice").click()
    expect(notebook.source(CHOICE)).to_contain_text('answer="c",')
    expect(notebook.cell(CHOICE).get_by_role("status")).to_contain_text('answer="c"')
    expect(notebook.run(CHECK)).to_contain_text("you predict c) once or twice, TCP decides")
    saved = notebook.save()
    assert "".join(saved["cells"][CHOICE]["source"]) == ASK.replace("None", '"c"')
    radio(notebook, "ten times").click()
    expect(notebook.source(CHOICE)).to_contain_text('answer="d",')
    expect(notebook.run(CHECK)).to_contain_text("you predict d) ten times")


def test_the_keyboard_alone_is_enough(open_notebook: OpenNotebook) -> None:
    notebook = asked(open_notebook)
    keyboard = notebook.page.keyboard
    for _ in range(20):
        keyboard.press("Tab")
        if radio(notebook, "always once").evaluate("radio => radio === document.activeElement"):
            break
    expect(radio(notebook, "always once")).to_be_focused()
    keyboard.press("Space")
    expect(notebook.source(CHOICE)).to_contain_text('answer="a",')
    keyboard.press("ArrowDown")
    expect(radio(notebook, "always twice")).to_be_focused()
    expect(notebook.source(CHOICE)).to_contain_text('answer="b",')
    keyboard.press("Control+S")
    keyboard.press("d")  # twice, this would delete the cell
    keyboard.press("d")
    expect(notebook.source(CHOICE)).to_contain_text('answer="b",')
    expect(notebook.page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(CELLS))


def test_a_typed_number_stands_in_the_cell_and_what_is_no_number_does_not(open_notebook: OpenNotebook) -> None:
    notebook = asked(open_notebook)
    notebook.run(NUMBER)
    field = notebook.cell(NUMBER).get_by_label("Your number")
    field.press_sequentially("2048")
    expect(notebook.source(NUMBER)).to_contain_text("answer=2048)")
    expect(notebook.run(CHECK_NUMBER)).to_contain_text("you predict 2048")
    field.press_sequentially(" bytes")
    expect(notebook.source(NUMBER)).to_contain_text("answer=None)")
    expect(notebook.cell(NUMBER).get_by_role("status")).to_have_text(
        "That is not a number: type digits, such as 3 or 0.5."
    )
    expect(notebook.run(CHECK_NUMBER)).to_contain_text("first_send has no answer yet")
    field.fill("0.5")
    expect(notebook.source(NUMBER)).to_contain_text("answer=0.5)")


def test_the_view_follows_an_answer_that_is_written_by_hand_or_undone(open_notebook: OpenNotebook) -> None:
    notebook = asked(open_notebook)
    notebook.write(CHOICE, ASK.replace("None", "'b'"))
    expect(radio(notebook, "always twice")).to_be_checked()
    expect(notebook.run(CHECK)).to_contain_text("you predict b) always twice")
    notebook.write(CHOICE, ASK.replace("None", '"no such letter"'))
    for choice in radio(notebook, ")").all():
        expect(choice).not_to_be_checked()
    expect(notebook.run(CHECK)).to_contain_text("recv_count has no answer yet")


def test_the_answer_survives_opening_the_notebook_again_with_a_new_kernel(open_notebook: OpenNotebook) -> None:
    notebook = asked(open_notebook)
    radio(notebook, "ten times").click()
    notebook.save()
    notebook.end_kernel()
    notebook.open()
    expect(radio(notebook, "ten times")).to_be_checked()
    expect(notebook.source(CHOICE)).to_contain_text('answer="d",')
    radio(notebook, "always once").click()
    expect(notebook.source(CHOICE)).to_contain_text('answer="a",')
    for cell in (0, CHOICE):
        notebook.run(cell)
    expect(notebook.run(CHECK)).to_contain_text("you predict a) always once")


def test_the_answer_survives_opening_the_notebook_again_with_its_kernel(open_notebook: OpenNotebook) -> None:
    notebook = asked(open_notebook)
    radio(notebook, "ten times").click()
    notebook.save()
    notebook.open()
    expect(radio(notebook, "ten times")).to_be_checked()
    radio(notebook, "always once").click()
    expect(notebook.run(CHECK)).to_contain_text("you predict a) always once")


def test_the_answer_survives_a_restart_of_the_kernel(open_notebook: OpenNotebook) -> None:
    notebook = asked(open_notebook)
    radio(notebook, "ten times").click()
    notebook.restart_kernel()
    expect(radio(notebook, "ten times")).to_be_checked()
    radio(notebook, "always twice").click()
    expect(notebook.source(CHOICE)).to_contain_text('answer="b",')
    for cell in (0, CHOICE):
        notebook.run(cell)
    expect(radio(notebook, "always twice")).to_be_checked()
    expect(notebook.run(CHECK)).to_contain_text("you predict b) always twice")


def test_a_notebook_from_elsewhere_shows_the_question_before_it_is_trusted(open_notebook: OpenNotebook) -> None:
    notebook = asked(open_notebook)
    radio(notebook, "ten times").click()
    saved = notebook.save()
    notebook.end_kernel()
    saved["cells"][CHOICE]["outputs"][0]["data"]["text/plain"] = ["written by somebody else"]
    notebook.path.write_text(json.dumps(saved), encoding="utf-8")
    notebook.open()
    expect(notebook.output(CHOICE)).to_contain_text("How many times did the server's recv return data?")
    expect(notebook.output(CHOICE)).to_contain_text("d) ten times")
    expect(radio(notebook, "ten times")).to_have_count(0)


def test_a_notebook_keeps_no_widget_of_earlier_runs(open_notebook: OpenNotebook) -> None:
    notebook = asked(open_notebook)
    for _ in range(3):
        notebook.run(CHOICE)
        expect(radio(notebook, "always once")).to_be_visible()
    radio(notebook, "ten times").click()
    state = notebook.save()["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert sorted(entry["model_name"] for entry in state.values()) == ["AnyModel", "LayoutModel"]


def test_an_answer_that_is_none_of_the_choices_is_refused_in_one_sentence(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([CELLS[0], ASK.replace("None", '"z"')])
    notebook.run(0)
    expect(notebook.run(CHOICE)).to_have_text(
        'CheckError: answer=\'z\' is not one of the choices; write answer="a", answer="b", answer="c" or answer="d"'
    )
