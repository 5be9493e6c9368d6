"""What a learner writes into text cells does nothing in a browser."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook, new_raw_cell

from sockets_lab.grading.text_cells import make_harmless


def drawn(cell: NotebookNode) -> str:
    make_harmless(cell)
    page, _ = HTMLExporter().from_notebook_node(new_notebook(cells=[cell]))
    return str(page[page.index("<body") :])


@pytest.mark.parametrize(
    "text",
    [
        "<script>attack()</script>",
        "a word <SCRIPT src=//attack></script>",
        "<img src=x onerror=attack()>",
        "<svg/onload=attack()>",
        "<!-- --><iframe srcdoc=attack>",
        "```\n<script>attack()</script>\n```",
        "    <script>attack()</script>",
        "[click](javascript:attack())",
        "<javascript:attack()>",
        "![x](x 'a\" onerror=attack() \"')",
        "$<script>attack()</script>$",
        "$$\\href{javascript:attack()}{click}$$",
        "<http://attack> and [x][y]\n\n[y]: javascript:attack()",
        "````\n```\n<script>attack()</script>\n````\n```text",
        "plain words, **bold**, 3 < 4 & `a[0]`",
    ],
)
@pytest.mark.parametrize("kind", [new_markdown_cell, new_raw_cell])
def test_tags_are_shown_and_not_obeyed(kind: type[NotebookNode], text: str) -> None:
    page = BeautifulSoup(drawn(kind(text)), "html.parser").body
    assert page is not None
    (block,) = page.find_all("pre")
    assert block.get_text().strip("\n") == text
    for tag in page.find_all(True):
        assert tag.name in {"body", "main", "div", "pre", "span", "p"}
        assert set(tag.attrs) <= {
            "class",
            "id",
            "tabindex",
            "data-jp-theme-light",
            "data-jp-theme-name",
            "data-mime-type",
        }


def test_what_was_attached_is_left_out() -> None:
    cell = new_markdown_cell("![x](attachment:x)", attachments={"x": {"image/svg+xml": "<svg onload=attack()/>"}})
    assert "svg" not in drawn(cell)
