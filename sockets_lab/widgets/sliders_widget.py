"""The widget of the wire's sliders. Importing it imports ipywidgets, so that only a notebook's front-end pays."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from sockets_lab.peers import cells
from sockets_lab.widgets.assets import asset

if TYPE_CHECKING:
    from sockets_lab.widgets.sliders import Sliders

VIEW = "application/vnd.jupyter.widget-view+json"
_SENDS, _RESTS = "The transfer runs.", "No transfer runs. “Start” begins one."
_OVER = "These sliders were stopped. To move them again, run the cell again."


class SlidersWidget(anywidget.AnyWidget):
    """Three sliders, a button and the charts. The front-end moves the settings; all else it is told."""

    _esm = asset("keep.js", "sliders.js")
    _css = asset("sliders.css")

    loss_percent = traitlets.Float().tag(sync=True)
    delay_ms = traitlets.Float().tag(sync=True)
    bandwidth_mbps = traitlets.Float().tag(sync=True)  # 0: no limit
    words = traitlets.Unicode().tag(sync=True)
    running = traitlets.Bool().tag(sync=True)
    stopped = traitlets.Bool().tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    charts: traitlets.List[str] = traitlets.List().tag(sync=True)
    table = traitlets.Unicode().tag(sync=True)

    def __init__(self, sliders: Sliders) -> None:
        self._sliders = sliders
        self._told: str = ""
        super().__init__(**self._now())
        self.observe(self._moved, ["loss_percent", "delay_ms", "bandwidth_mbps"])
        self.on_msg(self._pressed)

    def show(self) -> None:
        """Send to the front-end what has changed."""
        with self._sliders.lock, self.hold_trait_notifications(), self.hold_sync():
            for name, value in self._now().items():
                setattr(self, name, value)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take in what the front-end says that was moved. Until the wire does it, nobody shows what the wire does."""
        with self._sliders.lock:
            super().set_state(sync_data)

    def _now(self) -> dict[str, Any]:
        one, running = self._sliders, self._sliders.running
        return {
            "loss_percent": round(one.setting.loss * 100, 3),
            "delay_ms": round(one.setting.delay_s * 1000, 3),
            "bandwidth_mbps": round((one.setting.rate_bps or 0) / 1e6, 6),
            "words": str(one.setting),
            "running": running,
            "stopped": one.stopped,
            "status": _OVER if one.stopped else self._told or (_SENDS if running else _RESTS),
            "charts": one.charts(),
            "table": str(one.table()),
        }

    def _moved(self, _change: object) -> None:
        wanted = {
            "loss": self.loss_percent / 100,
            "delay_s": self.delay_ms / 1000,
            "rate_bps": self.bandwidth_mbps * 1e6 or None,
        }
        now = self._sliders.setting
        changed = {name: value for name, value in wanted.items() if value != getattr(now, name)}
        if changed:
            with self._errors_told():
                self._sliders.set(**changed)

    def _pressed(self, _widget: object, message: Any, _buffers: object) -> None:
        with self._errors_told():
            if message == "start":
                self._sliders.start()
            elif message == "pause":
                self._sliders.pause()

    @contextlib.contextmanager
    def _errors_told(self) -> Any:
        """What goes wrong at a button has no cell to be shown in."""
        self._told = ""
        try:
            yield
        except Exception as error:
            self._told = f"{type(error).__name__}: {error}"
        self.show()

    def stop(self) -> None:
        """End the widget. Called when its cell runs again."""
        self.close()


def show_sliders(sliders: Sliders) -> dict[str, Any]:
    """The widget's part of what a cell displays."""
    widget = SlidersWidget(sliders)
    sliders.add_view(widget)
    cells.belongs_to_this_cell(widget)
    return {VIEW: {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}}
