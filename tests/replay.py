"""Replays the solution notebooks with nbval: ``python -m tests.replay``, options of pytest allowed.

In a network of its own where the system gives one: the tables of sockets that lessons print would otherwise hold
what other programs, or the tests a minute ago, have left in TIME_WAIT at the same ports.
"""

from __future__ import annotations

import contextlib
import os
import sys

from tests.own_network import enter_own_network

NBVAL = ["--nbval", "--nbval-sanitize-with", "tests/nbval_sanitize.cfg", "solutions"]


def main() -> None:
    os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = "sockets-lab"  # the lessons' own kernel, which has networks
    with contextlib.suppress(OSError):
        enter_own_network(os.geteuid(), os.getegid())
    os.execv(sys.executable, [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *NBVAL, *sys.argv[1:]])


if __name__ == "__main__":
    main()
