"""Replays the solution notebooks with nbval: ``python -m tests.replay``, options of pytest allowed.

In a network of its own: the tables of sockets that lessons print would otherwise hold what other programs, or the
tests a minute ago, have left in TIME_WAIT at the same ports. Where the system gives no networks, lessons cannot show
all that they show elsewhere: then every cell must run, and only their outputs are not compared.
"""

from __future__ import annotations

import os
import sys

from tests.own_network import enter_own_network, namespaces_are_missing

NBVAL = ["-p", "tests.replay_pictures", "--nbval-sanitize-with", "tests/nbval_sanitize.cfg", "solutions"]


def main() -> None:
    os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = "sockets-lab"  # the lessons' own kernel, which has networks
    mode = "--nbval"
    if namespaces_are_missing():
        if os.environ.get("SOCKETS_LAB_NO_SKIPS"):
            sys.exit("There are no user, network and PID namespaces here: the outputs cannot be compared.")
        print("There are no user, network and PID namespaces here: the cells run, and their outputs are not compared.")
        mode = "--nbval-lax"
    else:
        enter_own_network(os.geteuid(), os.getegid())
    os.execv(sys.executable, [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", mode, *NBVAL, *sys.argv[1:]])


if __name__ == "__main__":
    main()
