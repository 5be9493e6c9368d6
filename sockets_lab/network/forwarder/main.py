"""The wires' process: waits for packets, for the moment when one is due, and for its owner."""

from __future__ import annotations

import _socket
import gc
import select

from sockets_lab.network.forwarder.chances import Dice
from sockets_lab.network.forwarder.decisions import Direction, Settings, WireState
from sockets_lab.network.forwarder.frame_ring import FrameRing
from sockets_lab.network.forwarder.rules_in_force import RuleInForce
from sockets_lab.network.forwarder.scheduling import ask_for_short_slices
from sockets_lab.network.forwarder.timer import Timer
from sockets_lab.network.forwarder.wires import End, Wires
from sockets_lab.network.journal import JournalWriter
from sockets_lab.network.ring_size import frames_of, stride_of
from sockets_lab.observe.isolated_controls import Controls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TURNS_BETWEEN_LOOKS = 32


class Forwarder:
    """Answers the owner's requests, and moves packets in between."""

    def __init__(self, control_fd: int, owner_pidfd: int, journal_fd: int, limit_bytes: int) -> None:
        self._record = JournalWriter(journal_fd, limit_bytes)
        self._controls = Controls(control_fd, owner_pidfd, self._answer)
        self._timer = Timer()
        self._ends: list[End] = []
        self._states: list[WireState] = []
        self._wires = Wires(self._ends, self._record)
        self._poller = select.epoll()
        for fd in (*self._controls.fds, self._timer.fd):
            self._poller.register(fd, select.EPOLLIN)

    def run(self) -> None:
        """Until the owner is gone."""
        wires, turns = self._wires, 0
        while True:
            busy = wires.take_in()
            wires.deliver_due()
            turns += 1
            if busy and turns % TURNS_BETWEEN_LOOKS:
                continue
            if not busy:
                self._timer.set(wires.next_due_ns())
            ready = [fd for fd, _ in self._poller.poll(0 if busy else -1)]
            if self._timer.fd in ready:
                self._timer.passed()
            if not self._controls.serve(ready):
                return

    def _answer(self, request: dict[str, Any], fds: list[int]) -> dict[str, Any]:
        if "start" in request:
            self._start(request["start"], fds)
        while self._wires.take_in():  # what was sent before the request is treated as before it
            self._wires.deliver_due()
        for change in request.get("impair", ()):
            self._ends[change["end"]].direction.settings = Settings(change["to"])
        for change in request.get("rules", ()):
            self._set_rules(self._states[change["wire"]], change["rules"])
        for end in self._ends:
            end.plain = end.direction.passes_all
        return {
            "under_way": self._wires.under_way(),
            "recorded": self._record.count,
            "not_kept": self._record.not_kept,
            "dropped": [end.ring.count_dropped() for end in self._ends],
        }

    def _start(self, plan: dict[str, Any], fds: list[int]) -> None:
        sockets = [_socket.socket(fileno=fd) for fd in fds]
        stride, frames = stride_of(plan["mtu"]), frames_of(len(sockets))
        for number, sock in enumerate(sockets):
            wire, end = divmod(number, 2)
            if not end:
                self._states.append(WireState())
            direction = Direction(self._states[wire], Dice(plan["seed"], wire, end), end, plan["hosts"][number])
            self._ends.append(End(number, FrameRing(sock, stride, frames), direction, sockets[number ^ 1]))
            self._poller.register(sock.fileno(), select.EPOLLIN)

    @staticmethod
    def _set_rules(state: WireState, wanted: list[tuple[int, dict[str, Any]]]) -> None:
        """All rules of one wire; one that was in force already goes on counting where it was."""
        in_force = {one.cause: one for one in state.rules}
        state.rules = [in_force.get(number) or RuleInForce(data, number) for number, data in wanted]


def main(control_fd: int, owner_pidfd: int, journal_fd: int, limit_bytes: int) -> None:
    """Run the wires until the owner is gone."""
    ask_for_short_slices()
    gc.disable()  # nothing here is cyclic, and a collection would hold up packets
    Forwarder(control_fd, owner_pidfd, journal_fd, limit_bytes).run()
