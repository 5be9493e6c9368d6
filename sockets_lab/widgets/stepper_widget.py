"""The stepper's buttons. Importing it imports ipywidgets, so that only a notebook's front-end pays for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from sockets_lab.peers import cells
from sockets_lab.widgets.assets import asset
from sockets_lab.widgets.states_text import explained
from sockets_lab.widgets.states_widget import STYLE, VIEW
from sockets_lab.widgets.stepper_ends import ENDS
from sockets_lab.widgets.stepper_kinds import KINDS
from sockets_lab.widgets.stepper_program import program

if TYPE_CHECKING:
    from sockets_lab.widgets.stepper import StepDone, Stepper


class StepperWidget(anywidget.AnyWidget):
    """Buttons for each end's calls, the drawing of the states, and what was done.

    Attributes:
        shown: all that the view shows, as plain data.
    """

    _esm = asset("keep.js", "states_drawing.js", "stepper.js")
    _css = STYLE + asset("stepper.css")

    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, stepper: Stepper) -> None:
        super().__init__(shown=_as_data(stepper))
        self._stepper = stepper
        self.on_msg(self._pressed)

    @property
    def view(self) -> dict[str, Any]:
        """The widget's part of what the cell displays."""
        return {VIEW: {"version_major": 2, "version_minor": 0, "model_id": self.model_id}}

    def show(self, stepper: Stepper) -> None:
        """Draw what is now."""
        self.shown = _as_data(stepper)

    def _pressed(self, _widget: object, message: Any, _buffers: object) -> None:
        """A button was pressed. What is no button of ours does nothing."""
        match message:
            case {"begin": str(kind)} if kind in KINDS:
                self._stepper.begin_again(kind)
            case {"end": str(name), "call": str(call)} if name in ENDS and not self._stepper.stopped:
                end = getattr(self._stepper, name)
                if call in end.calls:
                    getattr(end, call)()

    def stop(self) -> None:
        """End the widget. Called when its cell runs again."""
        self.close()


def show_stepper(stepper: Stepper) -> StepperWidget:
    """A new widget for ``stepper``; it ends when its cell runs again."""
    widget = StepperWidget(stepper)
    cells.belongs_to_this_cell(widget)
    return widget


def _as_data(stepper: Stepper) -> dict[str, Any]:
    states = stepper.states()
    ends = [name for name in ENDS if name != "conn" or stepper.kind.accepts]
    return {
        "kind": stepper.kind.name,
        "kinds": list(KINDS),
        "ends": [
            {"name": name, "calls": list(getattr(stepper, name).calls), "state": states.get(name, "")} for name in ends
        ],
        "steps": [_step_as_data(step) for step in stepper.steps],
        "program": program(stepper),
        "missing": stepper.packets_missing,
        "stopped": stepper.stopped,
        "svg": stepper.drawing(),
        "explained": explained(stepper.kind.machine),
        "letters": [end.name for end in stepper.following.ends],
    }


def _step_as_data(step: StepDone) -> dict[str, Any]:
    return {
        "line": step.line,
        "result": step.outcome.result,
        "told": step.outcome.told,
        "meaning": step.outcome.meaning,
        "states": [list(pair) for pair in step.states.items()],
        "packets": step.packets,
    }
