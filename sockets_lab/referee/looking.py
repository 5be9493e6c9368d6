"""What the system says of a learner's process: its descriptors, its use of the processor."""

from __future__ import annotations

import contextlib
import os
from typing import Protocol

import psutil

from sockets_lab.peers.channel import BadMessage, Channel

ANSWERS_WITHIN_S = 10.0


class ProcessView(Protocol):
    """A look at one process."""

    def links(self) -> dict[int, str]:
        """What each of its descriptors refers to."""

    def processor_s(self) -> tuple[float, float]:
        """Seconds that its main thread has used, and has waited for a processor."""


class SystemView:
    """Asks the system itself.

    Args:
        pid: of the process.
    """

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._folder = f"/proc/{pid}"

    def links(self) -> dict[int, str]:
        """Source: proc(5), /proc/pid/fd."""
        found: dict[int, str] = {}
        with contextlib.suppress(OSError):
            for name in os.listdir(f"{self._folder}/fd"):
                with contextlib.suppress(OSError):
                    found[int(name)] = os.readlink(f"{self._folder}/fd/{name}")
        return found

    def processor_s(self) -> tuple[float, float]:
        """Other threads of a kernel are none of the function's business.

        Source: /proc/pid/schedstat (Linux Documentation/scheduler/sched-stats.rst), nanoseconds; elsewhere psutil.
        """
        try:
            with open(f"{self._folder}/schedstat") as file:
                used, queued, _ = file.read().split()
            return int(used) / 1e9, int(queued) / 1e9 + _stolen_s()
        except (OSError, ValueError):
            pass
        try:
            times = self._process.cpu_times()
        except psutil.Error:
            return 0.0, 0.0
        return float(times.user + times.system), 0.0


def _stolen_s() -> float:
    """Seconds that a processor of this virtual machine, on average, was given to another machine.

    Who wanted to run then was not asleep. Source: proc_stat(5), steal.
    """
    return float(getattr(psutil.cpu_times(), "steal", 0.0)) / (psutil.cpu_count() or 1)


class ViewThrough:
    """Asks somebody who is allowed to look: a process in the submission's namespaces is not.

    Args:
        channel: to whoever calls :func:`answer` with what comes.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def links(self) -> dict[int, str]:
        """As of ``SystemView``."""
        return {int(fd): str(link) for fd, link in self._ask("links").items()}

    def processor_s(self) -> tuple[float, float]:
        """As of ``SystemView``."""
        used, queued = self._ask("processor_s")
        return float(used), float(queued)

    def _ask(self, what: str) -> dict[int, str]:
        self._channel.send({"look": what}, timeout_s=ANSWERS_WITHIN_S)
        seen: dict[int, str] = self._channel.receive(timeout_s=ANSWERS_WITHIN_S)[0]
        return seen


def answer(view: ProcessView, question: str) -> dict[int, str] | tuple[float, float]:
    """What ``ViewThrough`` asked for."""
    if question == "links":
        return view.links()
    if question == "processor_s":
        return view.processor_s()
    raise BadMessage(f"nobody can look at {question!r}")
