"""The referee's side of the channel to a learner's process: hands over, calls, and asks the system what is left."""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import struct
import time
from collections import Counter
from typing import Any

from sockets_lab.exercises.table import Hung, LearnerSocket, Outcome
from sockets_lab.exercises.who import YOUR_CODE
from sockets_lab.peers.channel import Channel, ChannelTimeout
from sockets_lab.referee.answers import Answer, Received, read_flag, read_text, read_timeout
from sockets_lab.referee.codec import BadValue, decode, encode
from sockets_lab.referee.looking import ProcessView

GRACE_S = 5.0
SETTLE_S = 0.1


class Learner:
    """A learner's process, as a trial's table sees it (:class:`sockets_lab.exercises.table.LearnerSide`).

    Args:
        channel: the way there. What comes from there is checked, not believed.
        view: a look at it from outside.
    """

    def __init__(self, channel: Channel, view: ProcessView) -> None:
        self._channel = channel
        self._view = view
        self._sockets: dict[int, LearnerSocket] = {}
        self._next_handle = 1
        self._running = False

    # LearnerSide

    def hand_over(self, sock: socket.socket, timeout: float | None) -> LearnerSocket:
        """Register ``sock`` for the learner. It travels with the first call that has it as an argument."""
        handed = LearnerSocket(self._next_handle, sock, timeout)
        self._next_handle += 1
        self._sockets[handed.handle] = handed
        return handed

    def start(self, args: tuple[Any, ...], kwargs: dict[str, Any], limit_s: float) -> None:
        """Send the call with the descriptors that it needs."""
        fds: list[int] = []
        message = {
            "call": True,
            "args": encode(list(args), lambda sock: self._give(sock, fds)),
            "kwargs": encode(kwargs, lambda sock: self._give(sock, fds)),
            "limit_s": limit_s,
        }
        self._limit_s = limit_s
        self._links_before = Counter(self._view.links().values())
        self._links_before.update(_link(fd) for fd in fds)
        self._started = time.monotonic()
        self._channel.send(message, fds, timeout_s=GRACE_S)
        self._running = True

    def finish(self) -> Outcome:
        """Wait for the call's end. A process that does not even answer counts as hung.

        Raises:
            BadValue: what came is no answer to a call.
        """
        self._running = False
        try:
            data, fds = self._channel.receive(timeout_s=self._limit_s + GRACE_S)
        except ChannelTimeout:
            return Outcome(hung=Hung(None, "", interrupted=False), seconds=time.monotonic() - self._started)
        ended = time.monotonic()
        with contextlib.closing(Received(fds)) as received:
            answer = Answer.read(data)
            outcome = Outcome(
                seconds=ended - self._started,
                calls=[(min(max(at, self._started), ended), YOUR_CODE, text) for at, text in answer.calls],
                call_names=answer.call_names,
                default_timeout=answer.default_timeout,
                printed=answer.printed,
                raised=answer.raised,
                hung=answer.hung,
            )
            for handle, closed, timeout in answer.sockets:
                if known := self._sockets.get(handle):
                    known.closed, known.timeout = closed and not self._holds(known), timeout
            if outcome.raised is None and outcome.hung is None:
                outcome.value = decode(answer.returned, lambda told: self._take(told, received))
        if outcome.hung is None:
            outcome.left_open = self._left_open(answer.opened)
            outcome.left_open += [_unclosed(text, answer.opened) for text in answer.unclosed]
            outcome.left_open += [f"thread {name} still runs" for name in answer.threads]
            outcome.left_open += [f"process {name} still runs" for name in answer.processes]
        return outcome

    def processor_use(self) -> tuple[float, bool]:
        """Processor seconds that its main thread has used, and whether it sleeps now."""
        return self._view.processor_use()

    @property
    def running(self) -> bool:
        """A call whose outcome was not collected."""
        return self._running

    def ends_within(self, timeout_s: float) -> bool:
        """The outcome is there to be collected, now or after at most ``timeout_s`` seconds."""
        return bool(select.select([self._channel], [], [], timeout_s)[0])

    def close(self, known: LearnerSocket) -> None:
        """Close one socket, there and here."""
        self._forget([known])

    def forget(self) -> None:
        """Close every socket of the trial, there and here."""
        self._forget(list(self._sockets.values()))

    def drop(self) -> None:
        """Close every socket of the trial here; a process that does not answer keeps its own."""
        for known in self._sockets.values():
            _close_at_once(known.sock)
        self._sockets.clear()

    def _forget(self, sockets: list[LearnerSocket]) -> None:
        self._channel.send({"forget": [known.handle for known in sockets]}, timeout_s=GRACE_S)
        _, fds = self._channel.receive(timeout_s=GRACE_S)
        Received(fds).close()
        for known in sockets:
            _close_at_once(known.sock)
            del self._sockets[known.handle]

    def _give(self, known: LearnerSocket, fds: list[int]) -> dict[str, Any]:
        told = {"handle": known.handle, "timeout": known.timeout}
        if known.handle > 0 and not known.known_there:
            known.known_there = True
            told["fd"] = len(fds)
            fds.append(known.kernel.fileno())
        return told

    def _take(self, told: dict[str, Any], received: Received) -> LearnerSocket:
        handle = told["handle"]
        if handle in self._sockets:
            return self._sockets[handle]
        if type(handle) is not int or handle > 0:
            raise BadValue("a socket that was not handed over")
        timeout, closed, name = read_timeout(told["timeout"]), read_flag(told["closed"]), read_text(told["type"], 100)
        duplicate = received.take_socket(told["fd"]) if "fd" in told else None
        taken = LearnerSocket(handle, duplicate, timeout, closed or duplicate is None, name, known_there=True)
        self._sockets[handle] = taken
        return taken

    # What the system says of the learner's process

    def _holds(self, known: LearnerSocket) -> bool:
        return known.sock is not None and _link(known.sock.fileno()) in self._view.links().values()

    def _left_open(self, opened: dict[int, str]) -> list[str]:
        """Descriptors that the call added and that are neither handed over nor returned.

        A kernel's own threads open and close files at any time, so that only what stays is counted.

        Args:
            opened: the lines that made sockets, by descriptor.
        """
        expected = self._links_before.copy()
        for known in self._sockets.values():
            if known.handle < 0 and known.sock is not None:
                expected[_link(known.sock.fileno())] += 1
        deadline = time.monotonic() + SETTLE_S
        while True:
            links = self._view.links()
            extra = Counter(links.values()) - expected
            if not extra or time.monotonic() > deadline:
                break
            time.sleep(0.005)
        return [
            _in_words(link, fd, opened)
            for link, count in extra.items()
            for fd in sorted((fd for fd in links if links[fd] == link), reverse=True)[:count]
        ]


def _close_at_once(sock: socket.socket | None) -> None:
    """Close a socket whose options may be the learner's: SO_LINGER would make close(2) wait."""
    if sock is not None and sock.fileno() != -1:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
        sock.close()


def _link(fd: int) -> str:
    return f"socket:[{os.fstat(fd).st_ino}]"


def _unclosed(warning: str, opened: dict[int, str]) -> str:
    """Python's warning of a socket that was never closed, in the words for the others."""
    found = re.match(r"unclosed <\w+\.\w+ fd=(\d+),", warning)
    return _in_words("socket:", int(found[1]), opened) if found else warning


def _in_words(link: str, fd: int, opened: dict[int, str]) -> str:
    kind = link.partition(":")[0]
    what = f"a {kind}" if kind in ("socket", "pipe") else link
    where = f", opened at {opened[fd]}" if kind == "socket" and fd in opened else ""
    return f"{what} (descriptor {fd}{where})"
