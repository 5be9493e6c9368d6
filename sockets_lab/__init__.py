"""Sockets Lab: background servers, a look at what the kernel does, and checks for what you write."""

import sys

if sys.platform == "win32":
    raise ImportError(
        "Sockets Lab needs Linux or macOS: on Windows install WSL 2 (wsl --install), and the course in it"
    )

from typing import TYPE_CHECKING, Any

from sockets_lab.demonstrations import stand_in_where_missing
from sockets_lab.observe import connections, explain, packet_counts, socket_state, wait_for_state
from sockets_lab.overview import progress
from sockets_lab.peers import (
    banner,
    black_hole,
    coalescer,
    collector,
    dribbler,
    echo,
    flooder,
    half_closer,
    hasty_replier,
    late_reader,
    never_reader,
    replier,
    resetter,
    serve,
    silent,
    slow_accept,
)
from sockets_lab.referee.cells import watch_cells
from sockets_lab.referee.client import check, hint, replay
from sockets_lab.widgets.prediction import predict

if TYPE_CHECKING:
    from sockets_lab.network import Network
    from sockets_lab.observe.capture import capture
    from sockets_lab.widgets.ladder import watch
    from sockets_lab.widgets.sliders import sliders
    from sockets_lab.widgets.states import states
    from sockets_lab.widgets.stepper import stepper

__all__ = [
    "Network",
    "banner",
    "black_hole",
    "capture",
    "check",
    "coalescer",
    "collector",
    "connections",
    "dribbler",
    "echo",
    "explain",
    "flooder",
    "half_closer",
    "hasty_replier",
    "hint",
    "late_reader",
    "never_reader",
    "packet_counts",
    "predict",
    "progress",
    "replay",
    "replier",
    "resetter",
    "serve",
    "silent",
    "sliders",
    "slow_accept",
    "socket_state",
    "states",
    "stepper",
    "wait_for_state",
    "watch",
]

# Most lessons need none of these, and none needs to wait for them in its first cell.
_ON_DEMAND = {
    "Network": "sockets_lab.network",
    "capture": "sockets_lab.observe.capture",
    "watch": "sockets_lab.widgets.ladder",
    "sliders": "sockets_lab.widgets.sliders",
    "states": "sockets_lab.widgets.states",
    "stepper": "sockets_lab.widgets.stepper",
}


def __getattr__(name: str) -> Any:
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    globals()[name] = value = getattr(importlib.import_module(_ON_DEMAND[name]), name)
    return value


watch_cells()
stand_in_where_missing()
