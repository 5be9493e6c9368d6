"""``stepper``: the calls of a socket's life, in any order, on real sockets; each with what came of it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sockets_lab.observe.tcp_machine import TCP
from sockets_lab.peers import cells
from sockets_lab.widgets.states_follow import End, Following
from sockets_lab.widgets.states_svg import draw
from sockets_lab.widgets.stepper_calls import Outcome, run, wait_for_at_most
from sockets_lab.widgets.stepper_ends import ENDS, StepperEnd
from sockets_lab.widgets.stepper_kinds import Kind, kind_of, new_address
from sockets_lab.widgets.stepper_packets import StepperPackets
from sockets_lab.widgets.ticking import Ticking

if TYPE_CHECKING:
    from sockets_lab.widgets.stepper_widget import StepperWidget

NOT_ACCEPTED = "not accepted yet"
SETTLES_S = 1.0  # the peer's answers to a call come a moment later; TIME_WAIT's end is another story


@dataclass(eq=False)
class StepDone:
    """One line that was run.

    Attributes:
        number: counted from 1.
        end: whose socket.
        call: such as ``bind``.
        line: of Python.
        outcome: what came of it.
        states: of each socket afterwards, when the peer has answered.
        packets: what it sent, in words.
    """

    number: int
    end: str
    call: str
    line: str
    outcome: Outcome
    began_ns: int
    states: dict[str, str]
    packets: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        states = ", ".join(f"{name} {state}" for name, state in self.states.items())
        told = self.outcome.meaning if self.outcome.result == "waits" else self.outcome.told
        meaning = f"\n    {self.outcome.meaning}" if self.outcome.result == "failed" else ""
        packets = "".join(f"\n    packet {packet}" for packet in self.packets)
        return f"{self.line}\n    {told}{meaning}" + (f"\n    now: {states}" if states else "") + packets

    __repr__ = __str__


class Stepper:
    """Sockets of one kind, and what was done with them. ``print`` shows a program that does the same again.

    Attributes:
        kind: stream, datagram, raw or seqpacket.
        server: the end with the address; its calls are methods: ``server.bind()``.
        client: the other end.
        conn: the socket that accept returned.
        steps: what was done up to now.
    Resources:
        the sockets, and a capture of loopback where that is allowed; in a notebook whose front-end names its cells also
        a thread. All end with ``stop()``, the ``with`` block, the cell's re-run or the kernel.
    """

    def __init__(self, kind: Kind) -> None:
        self.server, self.client, self.conn = (StepperEnd(name, self) for name in ENDS)
        self._lock = threading.RLock()
        self._widget: StepperWidget | None = None
        self._ticking: Ticking | None = None
        self._begin(kind)
        if cells.running_cell() is not None:
            cells.belongs_to_this_cell(self)
            self._ticking = Ticking(self._tick, "sockets_lab stepper")

    def _begin(self, kind: Kind) -> None:
        self.kind = kind
        self.address = new_address(kind)
        self.steps: list[StepDone] = []
        self._settles_until = 0.0
        self.names: dict[str, Any] = {"socket": socket, "ADDRESS": self.address}
        self.following = Following([], NOT_ACCEPTED)
        self._owners = {self.address[1]: "server"} if kind.on_the_network and self.address[1] else {}
        self._packets = StepperPackets(kind)
        self.stopped = False

    @property
    def packets_missing(self) -> str:
        """Why no packets are shown; empty where they are."""
        return self._packets.missing

    def begin_again(self, kind: str = "") -> Self:
        """Close all, forget all, and take another kind if one is named.

        Raises:
            ValueError: there is no such kind.
        """
        chosen = kind_of(kind) if kind else self.kind
        with self._lock:
            self._end_all()
            self._begin(chosen)
            self._show()
        return self

    def step(self, end: str, call: str, line: str) -> StepDone:
        """Run one line for an end, and look what came of it.

        Raises:
            RuntimeError: it is stopped.
        """
        with self._lock:
            if self.stopped:
                raise RuntimeError("the stepper is stopped and its sockets are closed: run its cell again")
            self._look()
            began_ns = time.time_ns()
            if call in ("socket", "accept"):
                before = self._make_room(end if call == "socket" else "conn", call, end)
            outcome = run(line, call, self.kind.name, self.names)
            if call in ("socket", "accept"):
                self._take_in(end if call == "socket" else "conn", before)
            self.following.look()
            done = StepDone(len(self.steps) + 1, end, call, line, outcome, began_ns, self.states())
            self.steps.append(done)
            self._settles_until = time.monotonic() + SETTLES_S
            self._look_for_packets()
            self._show()
        return done

    def _look(self) -> bool:
        """Where the sockets are now, also for the latest step if that was a moment ago; True when one has moved."""
        moved = self.following.look()
        if moved and self.steps and time.monotonic() < self._settles_until:
            self.steps[-1].states = self.states()
        return moved

    def states(self) -> dict[str, str]:
        """The state of each socket, at the last look."""
        return {end.name: end.state for end in self.following.ends}

    def drawing(self) -> str:
        """The state machine with the sockets in it, as SVG."""
        return draw(self.kind.machine, self.following.ends, live=True)

    def stop(self) -> None:
        """Close the sockets and end the capture; what was seen stays. A second call does nothing."""
        if self._ticking is not None:
            self._ticking.stop()
        with self._lock:
            if not self.stopped:
                self._end_all()
                self._show()

    def _end_all(self) -> None:
        self.stopped = True
        self._look()
        self._look_for_packets()
        for name in ENDS:
            if (sock := self.names.pop(name, None)) is not None:
                sock.close()
        self.following.look()
        self.following.close()
        self._packets.close()

    def _make_room(self, name: str, call: str, caller: str) -> Any:
        """A name that is given to a new socket loses the old one, which Python closes; so that is done here."""
        old = self.names.get(name)
        if call == "socket" and old is not None:
            del self.names[name]
            old.close()
        return old

    def _take_in(self, name: str, old: Any) -> None:
        """Follow the socket that has the name now."""
        sock = self.names.get(name)
        if not isinstance(sock, socket.socket) or sock is old:
            return
        if old is not None:
            old.close()
        wait_for_at_most(sock)
        self.following.ends = [end for end in self.following.ends if end.name != name]
        if not self._was_not_accepted(sock, name):
            self.following.ends.append(End.of(name, sock))

    def _was_not_accepted(self, sock: socket.socket, name: str) -> bool:
        """Whether it was followed already, as the far end of a connection that nobody had accepted."""
        if self.kind.machine is not TCP:
            return False
        with contextlib.suppress(OSError):
            pair = sock.getsockname(), sock.getpeername()
            for end in self.following.ends:
                if end.pair == pair:
                    end.adopt(name, sock)
                    return True
        return False

    def _look_for_packets(self) -> None:
        for name in ENDS:
            sock = self.names.get(name)
            if self.kind.on_the_network and sock is not None and sock.fileno() >= 0:
                port = sock.getsockname()[1]
                if port and not (name == "conn" and port in self._owners):
                    self._owners[port] = name
        told = self._packets.told(self._owners)
        begins = [step.began_ns for step in self.steps] + [time.time_ns() + 10**9]
        for step, until_ns in zip(self.steps, begins[1:], strict=True):
            step.packets = [words for at_ns, words in told if step.began_ns <= at_ns < until_ns]

    def _tick(self) -> bool:
        with self._lock:
            if not self.stopped and self._look():
                self._look_for_packets()
                self._show()
        return True

    def _show(self) -> None:
        if self._widget is not None:
            self._widget.show(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __str__(self) -> str:
        from sockets_lab.widgets.stepper_program import program

        with self._lock:
            self._look()
        return program(self)

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": str(self)}
        if cells.running_cell() is not None:
            from sockets_lab.widgets.stepper_widget import show_stepper

            with self._lock:
                if self._widget is None:
                    self._widget = show_stepper(self)
            bundle |= self._widget.view
        return bundle


def stepper(kind: str = "stream") -> Stepper:
    """Step through the life of sockets, by buttons in a notebook or by methods: ``steps.server.bind()``.

    Args:
        kind: ``stream``, ``datagram``, ``raw`` or ``seqpacket``.
    Raises:
        ValueError: there is no such kind.
    Resources:
        see ``Stepper``.
    Source: socket(2), bind(2), listen(2), connect(2), accept(2), send(2), recv(2), shutdown(2), close(2).
    """
    return Stepper(kind_of(kind))
