"""The lab profile, in process 1 of a kernel's namespaces: its own network and processes, its user's own files."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Any

from sockets_lab.kernel import privileges
from sockets_lab.kernel.init import Init
from sockets_lab.kernel.kernel_app import close_all_but, run_kernel, wear
from sockets_lab.kernel.messages import send_from
from sockets_lab.kernel.namespaces import OWN, show_own_processes
from sockets_lab.kernel.warm import Job, run

# Raw sockets need the first. Hosts and wires (sockets_lab.network) need all three: to make a network and enter it, and
# to give it interfaces. They hold in these namespaces alone, where the learner may break what he made; over files,
# processes and the network outside he has an ordinary user's rights, and could have them inside by `unshare -Ur` too.
KEPT = (privileges.NET_RAW, privileges.NET_ADMIN, privileges.SYS_ADMIN)


def start(request: dict[str, Any], descriptors: list[int]) -> Job:
    """Fork the kernel, and stay behind as process 1; returns in the kernel's process alone.

    Args:
        request: ``arguments``, ``environment`` and ``cwd`` of the kernel.
        descriptors: the lifeline, the owner's pidfd, the three standard streams, and one listener a channel.
    """
    lifeline, owner, streams, listeners = descriptors[0], descriptors[1], descriptors[2:5], descriptors[5:10]
    known_as = os.readlink("/proc/self")
    show_own_processes()
    open_ping()
    number_next_process(int(known_as))
    kernel = os.fork()
    if kernel:
        close_all_but([lifeline, owner])
        line = socket.socket(fileno=lifeline)
        line.setblocking(False)
        send_from(line, {"started": True}, kernel)
        Init(kernel, line, owner).run()
    wear(request["environment"], request["cwd"], streams, listeners)
    time.tzset()
    if os.geteuid() != 0:  # root keeps what it may do with files, and gains nothing outside these namespaces
        privileges.keep_only(KEPT)
    return lambda: run_kernel(request["arguments"], listeners, None)


def open_ping() -> None:
    """Allow ICMP by datagrams (icmp(7)), as most distributions do; the file is this network's own."""
    group = os.getegid()
    try:
        Path("/proc/sys/net/ipv4/ping_group_range").write_text(f"{group} {group}", encoding="ascii")
    except OSError:
        pass


def number_next_process(wanted: int) -> None:
    """Give the kernel a process id that no other kernel has: ipykernel names files in the temp folder by it."""
    try:
        Path("/proc/sys/kernel/ns_last_pid").write_text(str(wanted - 1), encoding="ascii")
    except OSError:
        pass  # a system without checkpoint and restore: all kernels are process 2


def main(place: str) -> None:
    """Be the warm parent of this profile."""
    run(Path(place), start, OWN)
