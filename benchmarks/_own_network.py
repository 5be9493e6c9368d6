"""A network of its own for a benchmark: it is run again by ``unshare``, as an ordinary user may."""

from __future__ import annotations

import os
import sys


def enter() -> None:
    """Go on in a new user, network and process namespace."""
    if os.environ.get("SOCKETS_LAB_OWN_NETWORK") != "1":
        os.environ["SOCKETS_LAB_OWN_NETWORK"] = "1"
        command = ["unshare", "-Urnpf", "--mount-proc", "--kill-child", sys.executable, *sys.argv]
        os.execvp(command[0], command)
