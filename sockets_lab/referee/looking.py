"""What the system says of a learner's process: its descriptors, its use of the processor."""

from __future__ import annotations

import contextlib
import os
from typing import Protocol

import psutil

from sockets_lab.peers.channel import BadMessage, Channel

ANSWERS_WITHIN_S = 10.0
SLEEPING = ("S", "D")  # not R, which also waits for a processor, nor T, which somebody has stopped


class ProcessView(Protocol):
    """A look at one process."""

    def links(self) -> dict[int, str]:
        """What each of its descriptors refers to."""

    def processor_use(self) -> tuple[float, bool]:
        """Processor seconds that its main thread has used, and whether it sleeps now."""


class SystemView:
    """Asks the system itself.

    Args:
        pid: of the process.
    """

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._folder = f"/proc/{pid}"
        self._main_thread = f"/proc/{pid}/task/{pid}"

    def links(self) -> dict[int, str]:
        """Source: proc(5), /proc/pid/fd."""
        found: dict[int, str] = {}
        with contextlib.suppress(OSError):
            for name in os.listdir(f"{self._folder}/fd"):
                with contextlib.suppress(OSError):
                    found[int(name)] = os.readlink(f"{self._folder}/fd/{name}")
        return found

    def processor_use(self) -> tuple[float, bool]:
        """Other threads of a kernel are none of the function's business.

        Elsewhere than on Linux, where only the whole process can be looked at, it counts as asleep.

        Source: proc(5), /proc/pid/task/tid/stat; /proc/pid/schedstat (Linux Documentation/scheduler/sched-stats.rst),
        nanoseconds.
        """
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(f"{self._main_thread}/schedstat") as file:
                used_ns = int(file.read().split()[0])
            with open(f"{self._main_thread}/stat") as file:
                state = file.read().rpartition(")")[2].split()[0]
            return used_ns / 1e9, state in SLEEPING
        try:
            times = self._process.cpu_times()
        except psutil.Error:
            return 0.0, True
        return float(times.user + times.system), True


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

    def processor_use(self) -> tuple[float, bool]:
        """As of ``SystemView``."""
        used_s, asleep = self._ask("processor_use")
        return float(used_s), bool(asleep)

    def _ask(self, what: str) -> dict[int, str]:
        self._channel.send({"look": what}, timeout_s=ANSWERS_WITHIN_S)
        seen: dict[int, str] = self._channel.receive(timeout_s=ANSWERS_WITHIN_S)[0]
        return seen


def answer(view: ProcessView, question: str) -> dict[int, str] | tuple[float, bool]:
    """What ``ViewThrough`` asked for."""
    if question == "links":
        return view.links()
    if question == "processor_use":
        return view.processor_use()
    raise BadMessage(f"nobody can look at {question!r}")
