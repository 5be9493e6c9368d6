"""The widget of a prediction. Importing it imports ipywidgets, so that only a notebook's front-end pays for that."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from sockets_lab.peers import cells
from sockets_lab.referee.errors import CheckError
from sockets_lab.referee.predictions import Prediction
from sockets_lab.widgets.assets import asset
from sockets_lab.widgets.prediction import valid_answer

VIEW = "application/vnd.jupyter.widget-view+json"


class PredictionWidget(anywidget.AnyWidget):
    """Choices or a number field. The front-end keeps the answer in the cell's code, and tells what stands there.

    Attributes:
        cell_id: the cell whose code holds the answer.
        answer: what the front-end starts with where it cannot read that code.
    """

    _esm = asset("keep.js", "prediction.js")
    _css = asset("prediction.css")

    question = traitlets.Unicode().tag(sync=True)
    choices: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    answer = traitlets.Any(allow_none=True).tag(sync=True)
    cell_id = traitlets.Unicode().tag(sync=True)

    def __init__(self, prediction: Prediction, cell_id: str) -> None:
        super().__init__(
            question=prediction.question,
            choices=[list(choice) for choice in prediction.choices],
            answer=prediction.answer,
            cell_id=cell_id,
        )
        self._prediction = prediction
        self.on_msg(self._told)

    def _told(self, _widget: object, message: Any, _buffers: object) -> None:
        """The front-end says what the cell's code holds now. What the question does not allow is no answer."""
        try:
            self._prediction.answer = valid_answer(self._prediction, message["answer"])
        except (CheckError, KeyError, TypeError):
            self._prediction.answer = None
        self.answer = self._prediction.answer

    def stop(self) -> None:
        """End the widget; the prediction keeps its answer. Called when its cell runs again."""
        self.close()


def show_prediction(prediction: Prediction, cell_id: str) -> dict[str, Any]:
    """The widget's part of what the cell displays."""
    widget = PredictionWidget(prediction, cell_id)
    cells.belongs_to_this_cell(widget)
    return {VIEW: {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}}
