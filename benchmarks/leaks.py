"""A thousand checks in one real kernel leave no more behind than there was: counted from outside."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from _measure import machine, require
from _submissions import right_source
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from sockets_lab import results
from sockets_lab.exercises import EXERCISES
from sockets_lab.grading.kernels import ThisPython

SETTLE_S = 10.0
CELL_LIMIT_S = 3600
RAISES = "def {name}({parameters}):\n    raise RuntimeError('a wrong one')"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000, metavar="N", help="checks (1000)")
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory(prefix="leaks-") as folder:
        manager = KernelManager(kernel_spec_manager=ThisPython(), transport="ipc")
        manager.start_kernel(env=os.environ | {"TMPDIR": folder, results.FOLDER: folder, "IPYTHONDIR": folder})
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            provisioner: Any = manager.provisioner
            return count_around(times, client, psutil.Process(provisioner.pid), Path(folder))
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def count_around(times: int, client: BlockingKernelClient, kernel: psutil.Process, folder: Path) -> int:
    """Count, check so many times, count again."""
    cells = check_cells()
    for cell in cells:
        run(client, cell)  # what is kept from the first check on: the warm parent, what is imported
    before = counts(kernel, folder)
    begun = time.monotonic()
    for number in range(times):
        run(client, cells[number % len(cells)])
    seconds = time.monotonic() - begun
    after = settled(lambda: counts(kernel, folder), before)
    print(f"{machine()}\n\n{times} checks in one kernel, {seconds / times * 1000:.0f} ms each\n")
    print(f"{'':12}{'before':>8}{'after':>8}{'ratio':>8}")
    for name in before:
        ratio = after[name] / before[name] if before[name] else float(after[name] > 0) + 1
        print(f"{name:12}{before[name]:8}{after[name]:8}{ratio:8.2f}")
    print()
    holds = [require(f"no more {name} than before", after[name] <= before[name]) for name in before]
    return int(not all(holds))


def check_cells() -> list[str]:
    """For each exercise a cell with a right submission and its check, and one whose function raises."""
    cells = []
    for exercise in EXERCISES.values():
        wrong = RAISES.format(name=exercise.name, parameters=", ".join(exercise.parameters))
        for source, passed in ((right_source(exercise.name), True), (wrong, False)):
            cells.append(f"{source}\nfrom sockets_lab import check\nassert check({exercise.name}).passed is {passed}\n")
    return cells


def counts(kernel: psutil.Process, folder: Path) -> dict[str, int]:
    """What the kernel and all that it started hold now."""
    processes = [kernel, *kernel.children(recursive=True)]
    links = [link for process in processes for link in descriptors(process)]
    return {
        "processes": len(processes),
        "threads": sum(process.num_threads() for process in processes),
        "descriptors": len(links),
        "sockets": sum(link.startswith("socket:") for link in links),
        "temp files": sum(1 for _ in folder.rglob("*")),
    }


def descriptors(process: psutil.Process) -> list[str]:
    links = []
    for fd in os.listdir(f"/proc/{process.pid}/fd"):
        try:
            links.append(os.readlink(f"/proc/{process.pid}/fd/{fd}"))
        except FileNotFoundError:
            continue  # closed meanwhile
    return links


def settled(count: Callable[[], dict[str, int]], before: dict[str, int]) -> dict[str, int]:
    """The counts, once what is on its way out has gone."""
    deadline = time.monotonic() + SETTLE_S
    while True:
        after = count()
        if all(after[name] <= before[name] for name in before) or time.monotonic() > deadline:
            return after
        time.sleep(0.1)


def run(client: BlockingKernelClient, cell: str) -> None:
    reply = client.execute_interactive(cell, timeout=CELL_LIMIT_S, output_hook=lambda _: None)
    if reply["content"]["status"] != "ok":
        sys.exit("\n".join(reply["content"]["traceback"]))


if __name__ == "__main__":
    sys.exit(main())
