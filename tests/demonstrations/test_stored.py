from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from sockets_lab.demonstrations.stored import find_picture, key_of, pictures_of, text_of

CELL = "with Network() as net:  # two hosts\n\n    print(net)"
WIDGET = "application/vnd.jupyter.widget-view+json"


def stored(folder: Path, *cells: Any) -> Path:
    (folder / "lesson.json").write_text(text_of(pictures_of(cells)), encoding="utf-8")
    return folder


def test_what_a_cell_showed_is_found_by_its_source_comments_and_empty_lines_aside(tmp_path: Path) -> None:
    shown = new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "a – b"})
    printed = new_output("stream", name="stdout", text="hello\n")
    folder = stored(tmp_path, new_code_cell(CELL, outputs=[printed, shown]))
    found = find_picture("with Network() as net:\n    print(net)   # again", folder)
    assert found == [
        {"output_type": "stream", "name": "stdout", "text": "hello\n"},
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>", "text/plain": "a – b"}},
    ]
    assert find_picture(CELL.replace("()", "(seed=2)"), folder) is None


def test_only_what_can_be_shown_without_the_kernel_is_stored(tmp_path: Path) -> None:
    live = new_output("display_data", {WIDGET: {"model_id": "1"}, "text/html": "<b>1</b>"})
    only_live = new_output("display_data", {WIDGET: {"model_id": "2"}})
    complaint = new_output("stream", name="stderr", text="oh\n")
    folder = stored(tmp_path, new_code_cell(CELL, outputs=[live, only_live, complaint]))
    assert find_picture(CELL, folder) == [{"output_type": "display_data", "data": {"text/html": "<b>1</b>"}}]


@pytest.mark.parametrize("source", ["print(1)", "# Network() comes later\nprint(1)", "import Network"])
def test_cells_that_can_run_anywhere_are_not_stored(source: str) -> None:
    printed = new_output("stream", name="stdout", text="1\n")
    assert pictures_of([new_code_cell(source, outputs=[printed]), new_markdown_cell(CELL), new_code_cell(CELL)]) == {}


@pytest.mark.parametrize("source", ["%cd it's here", "with Network(", "a = 'b"])
def test_what_is_no_python_is_compared_as_it_is(source: str) -> None:
    assert key_of(f"{source}  \n\n") == key_of(source) != key_of(f"{source} too")


def test_a_damaged_file_has_nothing_to_show_and_hides_no_other(tmp_path: Path) -> None:
    printed = new_output("stream", name="stdout", text="1\n")
    stored(tmp_path, new_code_cell(CELL, outputs=[printed]))
    for name, text in {"a": "{", "b": "[]", "c": f'{{"{key_of(CELL)}": 3}}'}.items():
        (tmp_path / f"{name}.json").write_text(text)
    assert find_picture(CELL, tmp_path) == [{"output_type": "stream", "name": "stdout", "text": "1\n"}]
