"""A widget whose cell runs again is gone, with all that it showed."""

from __future__ import annotations

import pytest

from sockets_lab.network import why_no_network
from tests.processes import Kernel

RUNS = 3
SHOWN = {
    "StatesWidget": "states(socket.socket())",
    "StepperWidget": "stepper()",
    "PredictionWidget": "predict('How many?', choices=['one', 'two'])",
    "LadderWidget": "watched()",
    "SlidersWidget": "sliders()",
}
PREPARE = """
import gc, socket
from IPython.display import display
from sockets_lab import predict, sliders, states, stepper, watch
def watched():
    with watch() as seen, socket.create_server(("127.0.0.1", 0)) as listener:
        socket.create_connection(listener.getsockname()).close()
    return seen
"""
ALIVE = "gc.collect(); print(sum(type(one).__name__ == {!r} for one in gc.get_objects()))"


@pytest.mark.parametrize("widget", SHOWN)
def test_of_a_cell_that_runs_again_no_widget_is_left(widget: str, kernel: Kernel) -> None:
    if widget == "SlidersWidget" and (why := why_no_network()):
        pytest.skip(why)
    kernel.run(PREPARE)
    for _ in range(RUNS):
        kernel.run(f"shown = {SHOWN[widget]}\ndisplay(shown)", cell="shows")
    assert kernel.value(ALIVE.format(widget)) == 1
    kernel.run("del shown", cell="shows")
    assert kernel.value(ALIVE.format(widget)) == 0
