"""Counts what all processes of a submission use together, from process 1 of their namespaces.

getrlimit(2) counts for each process alone: a hundred processes have a hundred times the memory. Where a control
group could be had it would count better; this needs no privilege, and works everywhere.
"""

from __future__ import annotations

import os
import resource
from dataclasses import replace

from sockets_lab.kernel.limits import Limits, Usage
from sockets_lab.kernel.socket_memory import SocketMemory

EVERY_S = 0.05
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_OWN = frozenset({"1"})
_PAGE_TABLES = b"VmPTE:"  # a page of them for each page of zeros that is read, and no page is charged for that


class Watch:
    """The most that was used.

    Args:
        scratch: the folder that is memory too.
    """

    def __init__(self, limits: Limits, scratch: str) -> None:
        self._limits = limits
        self._scratch = scratch
        self._sockets = SocketMemory()
        self.usage = Usage()
        self.reached: set[str] = set()

    def look(self) -> str:
        """Count; the name of the limit for which all must end, or nothing."""
        processes = [name for name in os.listdir("/proc") if name.isdigit() and name not in _OWN]
        scratch = self._scratch_bytes()
        elsewhere = scratch + self._sockets.bytes_held()
        threads, open_files = self._counts(processes)
        memory = elsewhere + sum(map(_memory, processes))
        if memory > self._limits.memory_bytes:  # pages that forks share were counted for each of them
            memory = elsewhere + sum(map(_memory_shared_out, processes))
        cpu_s = _processor_time(processes)
        old = self.usage
        self.usage = replace(
            old,
            memory_bytes=max(old.memory_bytes, memory),
            scratch_bytes=max(old.scratch_bytes, scratch),
            processes=max(old.processes, threads),
            open_files=max(old.open_files, open_files),
            cpu_s=max(old.cpu_s, round(cpu_s, 2)),
        )
        if memory > self._limits.memory_bytes:
            return "memory_bytes"
        if self._sockets.queued and _under_way(processes) > self._limits.files_under_way:
            return "files_under_way"
        return "cpu_s" if cpu_s > self._limits.cpu_s else ""

    def _scratch_bytes(self) -> int:
        space = os.statvfs(self._scratch)
        if space.f_bfree == 0 or space.f_ffree == 0:
            self.reached.add("scratch_bytes")
        return (space.f_blocks - space.f_bfree) * space.f_frsize

    def _counts(self, processes: list[str]) -> tuple[int, int]:
        threads, most_open = 1, 0  # process 1 counts too
        for pid in processes:
            try:
                threads += len(os.listdir(f"/proc/{pid}/task"))
                most_open = max(most_open, len(os.listdir(f"/proc/{pid}/fd")))
            except OSError:
                continue  # it has ended, or made itself unreadable
        if threads >= self._limits.processes:
            self.reached.add("processes")
        if most_open >= self._limits.open_files:
            self.reached.add("open_files")
        return threads, most_open


def _memory(pid: str) -> int:
    """Its anonymous and shared memory and its page tables, without files' pages: proc_pid_status(5)."""
    return _sum_of(f"/proc/{pid}/status", (b"RssAnon:", b"RssShmem:", _PAGE_TABLES))


def _memory_shared_out(pid: str) -> int:
    """The same, each page divided by the number of its users; exact and a hundred times slower."""
    exact = _sum_of(f"/proc/{pid}/smaps_rollup", (b"Pss_Anon:", b"Pss_Shmem:"))
    if not exact:  # a process may forbid the exact look
        return _memory(pid)
    return exact + _sum_of(f"/proc/{pid}/status", (_PAGE_TABLES,))


def _sum_of(path: str, names: tuple[bytes, ...]) -> int:
    try:
        with open(path, "rb") as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith(names))
    except OSError:
        return 0


def _under_way(processes: list[str]) -> int:
    """Descriptors that wait in the sockets of these processes: proc_pid_fdinfo(5), scm_fds."""
    found: dict[str, int] = {}  # by socket: several processes may hold it
    for pid in processes:
        try:
            names = os.listdir(f"/proc/{pid}/fd")
        except OSError:
            continue
        for name in names:
            try:
                with open(f"/proc/{pid}/fdinfo/{name}", "rb") as file:
                    told = [line.split()[1] for line in file if line.startswith((b"ino:", b"scm_fds:"))]
            except OSError:
                continue
            if len(told) == 2:
                found[told[0].decode()] = int(told[1])
    return sum(found.values())


def _processor_time(processes: list[str]) -> float:
    """Seconds of those that run, of children that they buried, and of orphans that we buried."""
    ticks = 0
    for pid in processes:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime: proc_pid_stat(5)
        except (OSError, ValueError):
            continue
    buried = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ticks / _TICKS_A_SECOND + buried.ru_utime + buried.ru_stime
