"""What thousands of lab kernels in a row leave behind, each with a cell, a child and a socket: nothing."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from _kernels import LAB, notebook_of
from _measure import machine, require
from nbclient import NotebookClient

from sockets_lab.kernel import release
from sockets_lab.kernel.owner import shared

AT_A_TIME = 4
CELL = "import socket, subprocess\ns = socket.create_server(('127.0.0.1', 0))\np = subprocess.Popen(['sleep', '600'])"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    count = parser.parse_args().count
    asyncio.run(run(20))
    place = shared("lab", os.environ, [sys.executable, "-Xfrozen_modules=off"]).place
    before = held(place)
    begun = time.perf_counter()
    asyncio.run(run(count))
    seconds = time.perf_counter() - begun
    after = settled(before, place)
    print(f"{machine()}\n\n{count} kernels in {seconds:.0f} s, {seconds / count * 1000:.0f} ms each")
    for name, value in before.items():
        print(f"{name:34} {value:8} before {after[name]:8} after")
    warm = _warm_parent(place)
    memory = psutil.Process(warm).memory_full_info().uss / 2**20
    print(f"{'memory of the warm parent, MiB':34} {memory:8.1f} after\n")
    holds = require(f"{count} kernels leave nothing behind", all(after[name] <= before[name] for name in before))
    release()
    gone = _within(10, lambda: not psutil.pid_exists(warm) and not place.exists())
    return int(not (require("the warm parent and its folder are gone with its last owner", gone) and holds))


async def run(count: int) -> None:
    places = asyncio.Semaphore(AT_A_TIME)

    async def one() -> None:
        async with places:
            notebook = notebook_of([CELL])
            client = NotebookClient(notebook, kernel_name=LAB, shutdown_kernel="immediate")
            await client.async_execute(stderr=-3)

    for begin in range(0, count, 100):
        await asyncio.gather(*(one() for _ in range(begin, min(begin + 100, count))))


def _warm_parent(place: Path) -> int:
    """The one of now: if the package changes meanwhile, another takes over."""
    return min(process.pid for process in _ours(place))


def _ours(place: Path) -> list[psutil.Process]:
    """The warm parent and all that came of it, whoever is their parent now."""
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if str(place) in process.cmdline():
                found |= {process, *process.children(recursive=True)}
    return sorted(found, key=lambda process: process.pid)


def held(place: Path) -> dict[str, int]:
    """What our kernels hold, and we, and the warm parent."""
    ours = _ours(place)
    return {
        "processes": len(ours),
        "descriptors of the warm parent": psutil.Process(_warm_parent(place)).num_fds(),
        "descriptors of the owner": psutil.Process().num_fds(),
        "threads of the owner": psutil.Process().num_threads(),
        "folders of kernels": len(list(place.iterdir())),
        "network namespaces": len(_spaces("net", ours)),
        "PID namespaces": len(_spaces("pid", ours)),
    }


def settled(before: dict[str, int], place: Path) -> dict[str, int]:
    """The same, once what is on its way out has gone."""
    _within(10, lambda: all(value <= before[name] for name, value in held(place).items()))
    return held(place)


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds


def _spaces(kind: str, processes: list[psutil.Process]) -> set[str]:
    found = set()
    for process in processes:
        with contextlib.suppress(OSError):
            found.add(os.readlink(f"/proc/{process.pid}/ns/{kind}"))
    return found


if __name__ == "__main__":
    sys.exit(main())
