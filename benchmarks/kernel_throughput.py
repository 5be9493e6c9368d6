"""Notebooks of three cells run by nbclient, eight at a time, with stock and with lab kernels in turn."""

from __future__ import annotations

import argparse
import asyncio
import sys
from functools import partial

from _kernels import KERNELS, LAB, STOCK, notebook_of
from _measure import require, show, side_by_side, timed
from nbclient import NotebookClient

from sockets_lab.kernel import release

AT_A_TIME = 8
LEAST = 15.0
CELLS = (
    "import socket\nlistener = socket.create_server(('127.0.0.1', 0))",
    "client = socket.create_connection(listener.getsockname())\nserver, _ = listener.accept()",
    "client.sendall(b'hello')\nprint(server.recv(5))",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    run_all(LAB, AT_A_TIME)
    # A round is as many as are run at a time for the stock kernel, and four times as many for the faster one.
    sizes = {STOCK: AT_A_TIME, LAB: 4 * AT_A_TIME}
    found = side_by_side({f"{name}, a notebook": partial(run_all, name, sizes[name]) for name in KERNELS}, rounds)
    release()
    show(found, beside=f"{STOCK}, a notebook")
    ratio = found[f"{STOCK}, a notebook"].median / found[f"{LAB}, a notebook"].median
    return int(
        not require(f"{ratio:.1f} times the stock kernel's notebooks a second, at least {LEAST:.0f}", ratio >= LEAST)
    )


def run_all(name: str, count: int) -> float:
    """Wall-clock seconds a notebook."""
    return timed(lambda: asyncio.run(_run(name, count))) / count


async def _run(name: str, count: int) -> None:
    places = asyncio.Semaphore(AT_A_TIME)

    async def one() -> None:
        async with places:
            notebook = notebook_of(CELLS)
            client = NotebookClient(notebook, kernel_name=name, shutdown_kernel="immediate")
            await client.async_execute(stderr=-3)
            assert notebook.cells[-1].outputs[0].text == "b'hello'\n"

    await asyncio.gather(*(one() for _ in range(count)))


if __name__ == "__main__":
    sys.exit(main())
