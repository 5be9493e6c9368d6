"""A notebook's cell owns the servers that it started: running it again stops them first."""

from __future__ import annotations

import sys
import weakref
from typing import Any, Protocol


class Stoppable(Protocol):
    """What a cell may own."""

    def stop(self) -> None:
        """End it; harmless when it has ended."""


_owned: dict[str, weakref.WeakSet[Any]] = {}
_watched: weakref.WeakSet[Any] = weakref.WeakSet()


def belongs_to_this_cell(thing: Stoppable) -> None:
    """Stop ``thing`` when the cell that is running now runs again. Outside of a notebook, do nothing."""
    shell = running_shell()
    cell_id = running_cell()
    if shell is None or cell_id is None:
        return
    if shell not in _watched:
        shell.events.register("pre_run_cell", _stop_what_the_cell_owned)
        _watched.add(shell)
    _owned.setdefault(cell_id, weakref.WeakSet()).add(thing)


def _stop_what_the_cell_owned(info: Any) -> None:
    for thing in list(_owned.pop(getattr(info, "cell_id", None) or "", ())):
        thing.stop()


def running_cell() -> str | None:
    """The id of the cell that is running; None where no front-end names its cells (nbclient, a terminal)."""
    shell = running_shell()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell_id = (parent or {}).get("metadata", {}).get("cellId")
    return str(cell_id) if cell_id else None


def running_shell() -> Any:
    """IPython's shell; None in a plain Python program."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
