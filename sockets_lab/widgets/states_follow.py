"""Follows ends of connections through their states, without holding a socket open."""

from __future__ import annotations

import contextlib
import socket
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from sockets_lab.observe.addresses import in_words
from sockets_lab.observe.state_machine import GONE, StateMachine
from sockets_lab.observe.state_now import machine_of, state_now
from sockets_lab.observe.tcp_machine import TCP
from sockets_lab.observe.tcp_rows import Pair, TcpRow, TcpTable
from sockets_lab.widgets.states_elsewhere import table_of

FIRST_LOOK = "here at the first look"


@dataclass(frozen=True)
class Step:
    """One state of an end's path.

    Attributes:
        state: its name.
        cause: what led there.
        at_s: seconds since the following began; None for a state that was over before anybody could look.
    """

    state: str
    cause: str
    at_s: float | None


class End:
    """One end and the path that it takes.

    Attributes:
        name: what the picture calls it.
        machine: the table that it follows.
        path: its states up to now.
        pair: its own address and its peer's, once both are known; TCP only.
        left_s: for how many seconds the kernel still keeps what is left of it; None where that is not limited.
        local: its own address in words.
    Resources:
        for TCP, what ``TcpTable`` has; the socket is known by a weak reference.
    """

    def __init__(
        self,
        name: str,
        machine: StateMachine,
        sock: socket.socket | None,
        table: TcpTable | None = None,
        pair: Pair | None = None,
    ) -> None:
        self.name = name
        self.machine = machine
        self.path: list[Step] = []
        self.pair = pair
        self.left_s: float | None = None
        self.local = in_words(pair[0]) if pair else "none"
        self._sock: Callable[[], socket.socket | None] = weakref.ref(sock) if sock is not None else lambda: None
        self._table = table
        self._looked_at_s = 0.0

    @classmethod
    def of(cls, name: str, sock: socket.socket) -> End:
        """The end that a program holds as ``sock``.

        Raises:
            TypeError: it is not a socket.
            ValueError: a kind of socket that has no drawing.
        """
        machine = machine_of(sock)
        return cls(name, machine, sock, table_of(sock) if machine is TCP else None)

    def close(self) -> None:
        """Ask no more."""
        if self._table is not None:
            self._table.close()

    def other_end(self, name: str) -> End | None:
        """The other end of its connection, if that is in the same network."""
        if self._table is None or self.pair is None:
            return None
        there = self.pair[1], self.pair[0]
        return End(name, TCP, None, self._table, there) if self._table.row(there) else None

    def adopt(self, name: str, sock: socket.socket) -> None:
        """From now on it is the end that a program holds as ``sock``."""
        self.name = name
        self._sock = weakref.ref(sock)

    @property
    def state(self) -> str:
        """Where it was at the last look."""
        return self.path[-1].state

    @property
    def visited(self) -> tuple[str, ...]:
        """The names of its states up to now."""
        return tuple(step.state for step in self.path)

    @property
    def over(self) -> bool:
        """Nothing is left of it."""
        return bool(self.path) and self.state == GONE

    def go_on(self, state: str, left_s: float | None, at_s: float, *, orderly: bool = False) -> bool:
        """Note where the kernel says that it is; True when the path went on."""
        self.left_s = left_s
        if not self.path:
            self.path.append(Step(state, FIRST_LOOK, at_s))
        elif state == self.state:
            self._looked_at_s = at_s
            return False
        else:
            self._pass_on_to(state, at_s, orderly)
        self._looked_at_s = at_s
        return True

    def _pass_on_to(self, state: str, at_s: float, orderly: bool) -> None:
        since_s = at_s - self._looked_at_s
        *unseen, (last, cause) = self.machine.between(self.state, state, orderly=orderly, within_s=since_s)
        self.path += [Step(passed, how, None) for passed, how in unseen]
        self.path.append(Step(last, cause, at_s))

    def now(self) -> tuple[str, float | None]:
        """The kernel's answer: the state, and for how many seconds it keeps what is left."""
        sock = self._sock()
        state = GONE
        if sock is not None:
            with contextlib.suppress(OSError):  # closed by another thread meanwhile
                self._learn_addresses(sock)
                state = state_now(sock, self.machine)
        row: TcpRow | None = None
        # What waits in TIME_WAIT is no longer the program's socket, even if that is still open.
        if self._table is not None and self.pair and state in (GONE, "CLOSE"):
            row = self._table.row(self.pair)
        return (row.state, row.left_s) if row else (state, None)

    def _learn_addresses(self, sock: socket.socket) -> None:
        if sock.fileno() < 0:
            return
        self.local = in_words(sock.getsockname())
        if self.machine is TCP:
            with contextlib.suppress(OSError):
                self.pair = sock.getsockname()[:2], sock.getpeername()[:2]


class Following:
    """All ends that are followed together, on one clock.

    Attributes:
        ends: those that were named, and the other ends that were found on this network.
    """

    def __init__(self, ends: list[End], peer_name: str = "the peer") -> None:
        self.ends = ends
        self._peer_name = peer_name
        self._closed = False
        self._began = time.monotonic()

    @property
    def over(self) -> bool:
        """Nothing can move any more."""
        return all(end.over for end in self.ends)

    def now_s(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._began

    def look(self) -> bool:
        """Ask the kernel about every end; True when one has moved, or another was found. After ``close()``, nothing."""
        if self._closed:
            return False
        at_s = self.now_s()
        answers = [(end, *end.now()) for end in self.ends if not end.over]
        # Only an end that had the other's FIN gets TIME_WAIT: then the other was not reset.
        in_peace = {end.pair[::-1] for end, state, _ in answers if end.pair and state == "TIME_WAIT"}
        moved = [
            end.go_on(state, left_s, at_s, orderly=end.pair is not None and end.pair in in_peace)
            for end, state, left_s in answers
        ]
        found = self._other_ends()
        for end in found:
            end.go_on(*end.now(), at_s)
        self.ends += found
        return any(moved) or bool(found)

    def close(self) -> None:
        """End the following; the paths stay. A second call does nothing."""
        self._closed = True
        for end in self.ends:
            end.close()

    def _other_ends(self) -> list[End]:
        known = {end.pair for end in self.ends}
        found = []
        for end in self.ends:
            if end.pair is None or (end.pair[1], end.pair[0]) in known:
                continue
            alone = sum(other.pair is not None for other in self.ends) == 1
            if (other := end.other_end(self._peer_name if alone else f"the peer of {end.name}")) is not None:
                found.append(other)
                known.add(other.pair)
        return found
