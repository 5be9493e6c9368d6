"""Whether this thread is for a while in the network of a host, and the way home.

The warm parent, and with it every referee, belongs to the network that the program started in; a listener belongs to
the one that the caller is in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

_T = TypeVar("_T")
RunAtHome = Callable[[Callable[[], Any]], Any]


class _Stay(threading.local):
    run_at_home: RunAtHome | None = None


_stay = _Stay()


def set_way_home(run_at_home: RunAtHome | None) -> None:
    """Say that this thread has left home and how a function is run there; None when it is back."""
    _stay.run_at_home = run_at_home


def is_elsewhere() -> bool:
    """Whether this thread is in a host's network."""
    return _stay.run_at_home is not None


def at_home(function: Callable[[], _T]) -> _T:
    """Run ``function`` in the network that this thread came from."""
    if _stay.run_at_home is None:
        return function()
    result: _T = _stay.run_at_home(function)
    return result
