"""How long a kernel takes to its first reply, and to the first result, stock and lab in turn."""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial

from _kernels import KERNELS, LAB, STOCK, end, first_reply, start
from _measure import require, show, side_by_side, timed

from sockets_lab.kernel import release

MOST = 1 / 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    cold = timed(lambda: until_reply(LAB))
    for name in KERNELS:
        until_reply(name)
    found = side_by_side(
        {
            **{f"{name}: first reply": partial(until_reply, name) for name in KERNELS},
            **{f"{name}: result of a cell": partial(until_result, name) for name in KERNELS},
        },
        rounds,
    )
    release()
    show(found, beside=f"{STOCK}: first reply")
    print(f"the first lab kernel of all, which starts the warm parent: {cold * 1000:.0f} ms\n")
    ratio = found[f"{LAB}: first reply"].median / found[f"{STOCK}: first reply"].median
    return int(
        not require(f"first reply after {ratio:.2f} of the stock kernel's time, at most {MOST:.2f}", ratio <= MOST)
    )


def until_reply(name: str) -> float:
    begun = time.perf_counter()
    manager, client = start(name)
    first_reply(client)
    seconds = time.perf_counter() - begun
    end(manager, client)
    return seconds


def until_result(name: str) -> float:
    begun = time.perf_counter()
    manager, client = start(name)
    client.execute("1 + 1")
    client.get_shell_msg(timeout=120)  # outputs may be said before a client of a TCP channel hears them
    seconds = time.perf_counter() - begun
    end(manager, client)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
