"""How long it takes until a background server is ready, once the package is warm."""

from __future__ import annotations

import sys

from _measure import BARE, bare_python, require, show, side_by_side, timed

from sockets_lab import echo, serve

ROUNDS = 40
LIMIT_S = 0.05
READY = "serve(echo) is ready"
STOPPED = "serve(echo) is ready, and stopped"


def main() -> int:
    until_stopped()  # the first one starts the warm parent
    found = side_by_side({BARE: bare_python, READY: until_ready, STOPPED: until_stopped}, ROUNDS)
    show(found, beside=BARE)
    median = found[READY].median
    return int(not require(f"the median, {median * 1000:.1f} ms, is under {LIMIT_S * 1000:.0f} ms", median < LIMIT_S))


def until_ready() -> float:
    started = []
    seconds = timed(lambda: started.append(serve(echo)))
    for server in started:
        server.stop()
    return seconds


def until_stopped() -> float:
    return timed(lambda: serve(echo).stop())


if __name__ == "__main__":
    sys.exit(main())
