"""``states``: sockets in the drawing of their state machine, and how they move in it."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from sockets_lab.observe.connections import StateTimeout
from sockets_lab.observe.state_machine import StateMachine
from sockets_lab.peers import cells
from sockets_lab.widgets.states_follow import End, Following
from sockets_lab.widgets.states_svg import LETTERS, draw
from sockets_lab.widgets.states_text import path_line, table
from sockets_lab.widgets.ticking import Ticking

if TYPE_CHECKING:
    from sockets_lab.widgets.states_widget import StatesWidget

POLL_S = 0.002


class States:
    """Sockets that are followed through their states. The value of a cell is the drawing, ``print`` shows the table.

    Resources:
        in a notebook whose front-end names its cells, a thread that looks ten times a second: until every end is gone,
        ``stop()``, the cell's re-run or the kernel's end. Elsewhere nothing looks between two calls. No socket is
        held open by it.
    """

    def __init__(self, ends: list[End]) -> None:
        self._following = Following(ends)
        self._lock = threading.Lock()
        self._ticking: Ticking | None = None
        self._widget: StatesWidget | None = None
        self.look()
        if cells.running_cell() is not None:
            cells.belongs_to_this_cell(self)
            self._ticking = Ticking(self._tick, "sockets_lab states")

    @property
    def ends(self) -> list[End]:
        """The ends, those that were found by themselves last."""
        return self._following.ends

    @property
    def machine(self) -> StateMachine:
        """The table that the ends follow."""
        return self.ends[0].machine

    def look(self) -> Self:
        """Ask the kernel where each end is, now."""
        with self._lock:
            moved = self._following.look()
            if moved and self._widget is not None:
                self._widget.show(self)
        return self

    def wait_for(self, state: str, *, end: str = "", timeout_s: float = 2.0) -> Self:
        """Wait until an end is in ``state``.

        The kernels exchange packets beside your program: a moment after a call the news may still be on its way.

        Args:
            state: such as ``TIME_WAIT``.
            end: its name; the first one unless given.
            timeout_s: seconds for the whole wait.
        Raises:
            StateTimeout: naming the states that were seen instead.
            ValueError: there is no such state, or no such end.
        """
        self.machine.state(state)
        deadline = time.monotonic() + timeout_s
        while self._end(end).state != state:
            if time.monotonic() > deadline:
                seen = ", ".join(self._end(end).visited)
                raise StateTimeout(f"{self._end(end).name} was not in {state} within {timeout_s:g} s; seen: {seen}")
            time.sleep(POLL_S)
            self.look()
        return self

    def svg(self) -> str:
        """The drawing, with each end's path below it."""
        self.look()
        lines = [path_line(end, LETTERS[number]) for number, end in enumerate(self.ends)]
        about = f"{self.machine.title}. Source: {self.machine.source}."
        if any(step.at_s is None for end in self.ends for step in end.path):
            about += " In parentheses: too quick to be seen."
        return draw(self.machine, self.ends, [about, *lines])

    def stop(self) -> None:
        """End the following; what was seen stays. A second call does nothing."""
        if self._ticking is not None:
            self._ticking.stop()
        with self._lock:
            self._following.close()

    def _end(self, name: str) -> End:
        for end in self.ends:
            if name in ("", end.name):
                return end
        raise ValueError(f"there is no end {name!r:.60} here; there are {', '.join(end.name for end in self.ends)}")

    def _tick(self) -> bool:
        self.look()
        return not self._following.over

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.look().stop()

    def __str__(self) -> str:
        self.look()
        return table(self.ends)

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": str(self), "image/svg+xml": self.svg()}
        if cells.running_cell() is not None:
            from sockets_lab.widgets.states_widget import show_states

            with self._lock:
                if self._widget is None:
                    self._widget = show_states(self)
            bundle |= self._widget.view
        return bundle


def states(*sockets: socket.socket, **named: socket.socket) -> States:
    """Follow sockets through their states: ``states(sock)``, or ``states(client=sock, server=conn)``.

    Of a TCP connection within this machine the other end is followed too, whoever has it.

    Args:
        sockets: sockets of one kind.
        named: the same, with the names that the drawing calls them by.
    Raises:
        TypeError: something else than a socket, or none at all.
        ValueError: sockets of different kinds, or of a kind that has no drawing.
    Resources:
        see ``States``.
    Source: RFC 9293, section 3.3.2; tcp(7) on TCP_INFO; sock_diag(7).
    """
    if not sockets and not named:
        raise TypeError("states takes the sockets to follow, as in states(sock) or states(client=sock)")
    if len(sockets) == 1 and not named:
        unnamed = {"your socket": sockets[0]}
    else:
        unnamed = {f"socket {number}": one for number, one in enumerate(sockets, 1)}
    ends = [End.of(name, sock) for name, sock in (unnamed | named).items()]
    kinds = {end.machine.title for end in ends}
    if len(kinds) > 1:
        raise ValueError(f"states draws sockets of one kind at a time, not {' and '.join(sorted(kinds))}")
    return States(ends)
