"""How much memory each further kernel adds, shared pages divided among those who share them (PSS, proc(5))."""

from __future__ import annotations

import os
import statistics
import sys
from contextlib import ExitStack

import psutil
from _kernels import KERNELS, LAB, STOCK, end, start
from _measure import machine, require

from sockets_lab.kernel import release
from sockets_lab.kernel.owner import shared

COUNT, ROUNDS = 8, 3
MOST = 1 / 2


def main() -> int:
    found: dict[str, list[float]] = {name: [] for name in KERNELS}
    with ExitStack() as stack:
        stack.callback(release)
        for _ in range(ROUNDS):
            for name in KERNELS:
                found[name].append(added(name))
    medians = {name: statistics.median(values) for name, values in found.items()}
    print(f"{machine()}\n\nmemory that each of {COUNT} kernels adds to one that runs, after a cell:")
    for name, value in medians.items():
        print(f"{name:12}  {value / 2**20:6.1f} MiB  {value / medians[STOCK]:6.2f}")
    print()
    ratio = medians[LAB] / medians[STOCK]
    return int(not require(f"{ratio:.2f} of what a stock kernel adds, at most {MOST:.2f}", ratio <= MOST))


def added(name: str) -> float:
    """Bytes a kernel."""
    with ExitStack() as stack:
        _started(name, stack)
        before = proportional(name)
        for _ in range(COUNT):
            _started(name, stack)
        return (proportional(name) - before) / COUNT


def _started(name: str, stack: ExitStack) -> None:
    manager, client = start(name)
    stack.callback(end, manager, client)
    client.wait_for_ready(timeout=120)  # or a stock kernel's last message may come before anybody listens
    client.execute_interactive("import socket; from sockets_lab import check", timeout=120, output_hook=lambda _: None)


def proportional(name: str) -> float:
    """What all kernels of this process take, warm parent and process 1 of each included."""
    if name == STOCK:
        mine = [process for process in psutil.Process().children() if "ipykernel_launcher" in _command(process)]
    else:
        place = str(shared("lab", os.environ, [sys.executable, "-Xfrozen_modules=off"]).place)
        mine = [process for process in psutil.process_iter() if place in _command(process)]
    return float(sum(process.memory_full_info().pss for process in mine))


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


if __name__ == "__main__":
    sys.exit(main())
