"""What a graded kernel may use, what it used, and how it ended."""

from __future__ import annotations

import resource
import signal
from dataclasses import asdict, dataclass
from typing import Any

MIB = 1024 * 1024
_NO_CORE_DUMP = 1  # 0 would forbid a file, and not the program that core_pattern may name: core(5)
_PENDING_SIGNALS = 1024  # and timers


@dataclass(frozen=True)
class Limits:
    """What one submission may use, all its processes together unless it says otherwise.

    Attributes:
        memory_bytes: memory of its own, what its sockets and its scratch folder hold included; beyond it everything
            is ended.
        cpu_s: seconds of processor time; beyond it everything is ended.
        output_bytes: what the kernel says to its clients, encoded; beyond it everything is ended.
        processes: processes and threads; beyond it none can be started.
        open_files: descriptors of one process; beyond it none can be opened.
        files_under_way: descriptors sent and not received; beyond it everything is ended, for the system counts them
            with those of all other submissions (unix(7), ETOOMANYREFS).
        scratch_bytes: the scratch folder; beyond it nothing can be written.
        file_bytes: one file; beyond it nothing can be written.
    """

    memory_bytes: int = 512 * MIB
    cpu_s: float = 120.0
    output_bytes: int = 32 * MIB
    processes: int = 128
    open_files: int = 512
    files_under_way: int = 64
    scratch_bytes: int = 64 * MIB
    file_bytes: int = 32 * MIB

    def as_data(self) -> dict[str, Any]:
        """Plain data, for a message."""
        return asdict(self)


@dataclass(frozen=True)
class Usage:
    """The most that was seen of each, twenty times a second; processor time and output in total."""

    memory_bytes: int = 0
    cpu_s: float = 0.0
    output_bytes: int = 0
    processes: int = 0
    open_files: int = 0
    scratch_bytes: int = 0


@dataclass(frozen=True)
class Ended:
    """How a graded kernel ended.

    Attributes:
        status: exit status; negative for a signal; -9 when it was ended.
        limit: the name of the limit in ``Limits`` for which it was ended, or nothing.
        reached: limits that were reached, whether or not it was ended for them.
    """

    status: int
    limit: str
    reached: tuple[str, ...]
    usage: Usage
    limits: Limits

    def sentence(self) -> str:
        """For a verdict."""
        if self.limit:
            return f"ended: it used more than {amount(self.limit, getattr(self.limits, self.limit))}"
        how = f"with status {self.status}" if self.status >= 0 else f"by {signal.Signals(-self.status).name}"
        if not self.reached:
            return f"ended {how}"
        all_reached = " and ".join(amount(name, getattr(self.limits, name)) for name in self.reached)
        return f"ended {how}, after it had used all of {all_reached}"


def amount(name: str, value: float) -> str:
    """A limit in words, such as ``512 MiB of memory``."""
    what, _, unit = name.rpartition("_")
    if unit == "bytes":
        words = {"memory": "memory", "output": "output", "scratch": "scratch space", "file": "file"}
        return f"{value / MIB:.0f} MiB of {words[what]}"
    if name == "cpu_s":
        return f"{value:.0f} s of processor time"
    return f"{value:.0f} {name.replace('_', ' ')}"


def hold_to(limits: Limits) -> None:
    """Let the system hold this process, and each that it starts, to what it can count by itself.

    Source: getrlimit(2). RLIMIT_NPROC counts within the user namespace (user_namespaces(7)).
    """
    data = _data_bytes() + limits.memory_bytes
    cpu_s = int(limits.cpu_s) + 1
    for kind, soft, hard in (
        (resource.RLIMIT_DATA, data, data),
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_NPROC, limits.processes, limits.processes),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes),
        (resource.RLIMIT_CORE, _NO_CORE_DUMP, _NO_CORE_DUMP),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
        (resource.RLIMIT_SIGPENDING, _PENDING_SIGNALS, _PENDING_SIGNALS),
        (resource.RLIMIT_NICE, 0, 0),
        (resource.RLIMIT_RTPRIO, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def _data_bytes() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData:"))
