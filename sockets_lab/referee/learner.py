"""The referee's side of the channel to a learner's process: hands over, calls, and asks the system what is left."""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import time
from collections import Counter
from typing import Any

import psutil

from sockets_lab.exercises.table import Hung, LearnerSocket, Outcome, Raised
from sockets_lab.peers.channel import Channel, ChannelTimeout
from sockets_lab.referee.codec import BadValue, decode, encode

GRACE_S = 5.0
SETTLE_S = 0.1


class Learner:
    """A learner's process, as a trial's table sees it (:class:`sockets_lab.exercises.table.LearnerSide`).

    Args:
        channel: the way there.
        pid: its process id, by which its descriptors and its use of the processor are looked up.
    """

    def __init__(self, channel: Channel, pid: int) -> None:
        self._channel = channel
        self._process = psutil.Process(pid)
        self._fd_folder = f"/proc/{pid}/fd"
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
        self._links_before = Counter(self._links().values())
        self._links_before.update(_link(fd) for fd in fds)
        self._cpu_before = self.processor_s()
        self._started = time.monotonic()
        self._channel.send(message, fds, timeout_s=GRACE_S)
        self._running = True

    def finish(self) -> Outcome:
        """Wait for the call's end. A process that does not even answer counts as hung."""
        self._running = False
        try:
            answer, fds = self._channel.receive(timeout_s=self._limit_s + GRACE_S)
        except ChannelTimeout:
            return Outcome(hung=Hung(None, "", interrupted=False), seconds=time.monotonic() - self._started)
        cpu_s, queued_s = self.processor_s()
        outcome = Outcome(
            seconds=time.monotonic() - self._started,
            cpu_s=cpu_s - self._cpu_before[0],
            queued_s=queued_s - self._cpu_before[1],
            calls=[(float(at), str(who), str(text)) for at, who, text in answer["calls"]],
            call_names=frozenset(map(str, answer["call_names"])),
            default_timeout=answer["default_timeout"],
            printed=str(answer["printed"]),
        )
        for handle, closed, timeout in answer["sockets"]:
            if handle in self._sockets:
                self._sockets[handle].closed, self._sockets[handle].timeout = closed, timeout
        if "hung" in answer:
            outcome.hung = Hung(answer["hung"]["line"], answer["hung"]["source"])
        elif "raised" in answer:
            raised = answer["raised"]
            outcome.raised = Raised(
                tuple(raised["names"]),
                raised["text"],
                raised["line"],
                raised["source"],
                raised["errno"],
                tuple(raised["cause"]),
            )
        else:
            outcome.value = decode(answer["returned"], lambda data: self._take(data, fds))
        if outcome.hung is None:
            outcome.left_open = self._left_open() + [_unclosed(str(text)) for text in answer["unclosed"]]
            outcome.left_open += [f"thread {name} still runs" for name in answer["threads"]]
            outcome.left_open += [f"process {name} still runs" for name in answer["processes"]]
        return outcome

    def processor_s(self) -> tuple[float, float]:
        """Seconds that the main thread has used, and has waited for a processor.

        Other threads of a kernel are none of the function's business.
        Source: /proc/pid/schedstat (Linux Documentation/scheduler/sched-stats.rst), nanoseconds; elsewhere psutil.
        """
        try:
            with open(f"/proc/{self._process.pid}/schedstat") as file:
                used, queued, _ = file.read().split()
            return int(used) / 1e9, int(queued) / 1e9
        except (OSError, ValueError):
            pass
        try:
            times = self._process.cpu_times()
        except psutil.Error:
            return 0.0, 0.0
        return float(times.user + times.system), 0.0

    @property
    def running(self) -> bool:
        """A call whose outcome was not collected."""
        return self._running

    @property
    def ended(self) -> bool:
        """The outcome is there to be collected."""
        return bool(select.select([self._channel], [], [], 0)[0])

    def close(self, known: LearnerSocket) -> None:
        """Close one socket, there and here."""
        self._forget([known])

    def forget(self) -> None:
        """Close every socket of the trial, there and here."""
        self._forget(list(self._sockets.values()))

    def _forget(self, sockets: list[LearnerSocket]) -> None:
        self._channel.send({"forget": [known.handle for known in sockets]}, timeout_s=GRACE_S)
        self._channel.receive(timeout_s=GRACE_S)
        for known in sockets:
            if known.sock is not None:
                known.sock.close()
            del self._sockets[known.handle]

    def _give(self, known: LearnerSocket, fds: list[int]) -> dict[str, Any]:
        told = {"handle": known.handle, "timeout": known.timeout}
        if known.handle > 0 and not known.known_there:
            known.known_there = True
            told["fd"] = len(fds)
            fds.append(known.kernel.fileno())
        return told

    def _take(self, data: dict[str, Any], fds: list[int]) -> LearnerSocket:
        handle = int(data["handle"])
        if handle in self._sockets:
            if "fd" in data:
                os.close(fds[data["fd"]])
            return self._sockets[handle]
        try:
            duplicate = socket.socket(fileno=fds[data["fd"]]) if "fd" in data else None
        except (OSError, IndexError) as error:
            raise BadValue(f"not a socket: {error}") from error
        timeout = data["timeout"]
        taken = LearnerSocket(handle, duplicate, timeout, bool(data["closed"]), str(data["type"]), known_there=True)
        self._sockets[handle] = taken
        return taken

    # What the system says of the learner's process

    def _links(self) -> dict[int, str]:
        """What each of its descriptors refers to. Source: proc(5), /proc/pid/fd."""
        found: dict[int, str] = {}
        with contextlib.suppress(OSError):
            for name in os.listdir(self._fd_folder):
                with contextlib.suppress(OSError):
                    found[int(name)] = os.readlink(f"{self._fd_folder}/{name}")
        return found

    def _left_open(self) -> list[str]:
        """Descriptors that the call added and that are neither handed over nor returned.

        A kernel's own threads open and close files at any time, so that only what stays is counted.
        """
        expected = self._links_before.copy()
        for known in self._sockets.values():
            if known.handle < 0 and known.sock is not None:
                expected[_link(known.sock.fileno())] += 1
        deadline = time.monotonic() + SETTLE_S
        while True:
            links = self._links()
            extra = Counter(links.values()) - expected
            if not extra or time.monotonic() > deadline:
                break
            time.sleep(0.005)
        return [
            f"{_in_words(link)} (descriptor {fd})"
            for link, count in extra.items()
            for fd in sorted((fd for fd in links if links[fd] == link), reverse=True)[:count]
        ]


def _link(fd: int) -> str:
    return f"socket:[{os.fstat(fd).st_ino}]"


def _unclosed(warning: str) -> str:
    """Python's warning of a socket that was never closed, in the words for the others."""
    found = re.match(r"unclosed <\w+\.\w+ fd=(\d+),", warning)
    return f"a socket (descriptor {found[1]})" if found else warning


def _in_words(link: str) -> str:
    kind = link.partition(":")[0]
    return f"a {kind}" if kind in ("socket", "pipe") else link
