"""The live drawing of sockets' states. Importing it imports ipywidgets, so that only a front-end pays for that."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from sockets_lab.peers import cells
from sockets_lab.widgets.assets import asset
from sockets_lab.widgets.states_follow import End
from sockets_lab.widgets.states_svg import DRAWING_STYLE, LETTERS, draw
from sockets_lab.widgets.states_text import explained, now

if TYPE_CHECKING:
    from sockets_lab.widgets.states import States

VIEW = "application/vnd.jupyter.widget-view+json"
STYLE = DRAWING_STYLE + asset("states.css")


class StatesWidget(anywidget.AnyWidget):
    """The drawing, and each end's path in words.

    Attributes:
        svg: the drawing.
        explained: what there is to tell about each state.
        ends: each end: its letter, name, address, path, and what its state means.
    """

    _esm = asset("keep.js", "states_drawing.js", "states.js")
    _css = STYLE

    svg = traitlets.Unicode().tag(sync=True)
    explained = traitlets.Dict().tag(sync=True)
    ends: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)

    @property
    def view(self) -> dict[str, Any]:
        """The widget's part of what the cell displays."""
        return {VIEW: {"version_major": 2, "version_minor": 0, "model_id": self.model_id}}

    def show(self, states: States) -> None:
        """Draw where the ends are now."""
        with self.hold_sync():
            self.explained = explained(states.machine)
            self.svg = draw(states.machine, states.ends, live=True)
            self.ends = ends_as_data(states.ends)

    def stop(self) -> None:
        """End the widget. Called when its cell runs again."""
        self.close()


def ends_as_data(ends: Sequence[End]) -> list[dict[str, Any]]:
    """What the view needs to know of the ends, as plain data."""
    return [
        {
            "letter": LETTERS[number],
            "name": end.name,
            "local": "" if end.local == "none" else end.local,
            "path": [{"state": step.state, "cause": step.cause, "at_s": step.at_s} for step in end.path],
            "meaning": now(end),
            "until_ms": int((time.time() + end.left_s) * 1000) if end.left_s is not None else 0,
        }
        for number, end in enumerate(ends)
    ]


def show_states(states: States) -> StatesWidget:
    """A new widget that shows ``states``; it ends when its cell runs again."""
    widget = StatesWidget()
    widget.show(states)
    cells.belongs_to_this_cell(widget)
    return widget
