"""The ladder's live form. Importing it imports ipywidgets, so that only a notebook's front-end pays for that."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import anywidget
import traitlets

from sockets_lab.ladder.data import as_data
from sockets_lab.ladder.model import Ladder
from sockets_lab.peers import cells
from sockets_lab.widgets.assets import asset

VIEW = "application/vnd.jupyter.widget-view+json"


class LadderWidget(anywidget.AnyWidget):
    """Draws a ladder in the browser; it needs no kernel after that.

    Attributes:
        data: the ladder as JSON, compressed, because the notebook keeps it.
    """

    _esm = asset("keep.js", "ladder.js")
    _css = asset("ladder.css")

    data = traitlets.Unicode().tag(sync=True)

    def __init__(self, ladder: Ladder) -> None:
        text = json.dumps(as_data(ladder), ensure_ascii=False, separators=(",", ":"))
        super().__init__(data=base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode())

    def stop(self) -> None:
        """End the widget. Called when its cell runs again."""
        self.close()


def show_ladder(ladder: Ladder) -> dict[str, Any]:
    """The live part of what the cell displays."""
    widget = LadderWidget(ladder)
    cells.belongs_to_this_cell(widget)
    return {VIEW: {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}}
