"""What an ordinary user may do here: networks of one's own, raw sockets, limits."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from sockets_lab.doctor.finding import Finding, useful, why_it_fails

OWN_NETWORK = ["unshare", "--user", "--map-root-user", "--net"]
RAW = "from socket import *; socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); socket(AF_PACKET, SOCK_RAW, 0)"
# The setting that forbids user namespaces, the value by which it does, and the one that allows them.
FORBIDDEN_BY = (
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "1"),
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
    ("/proc/sys/user/max_user_namespaces", "0", "10000"),
)


def namespaces() -> Finding:
    """A network of one's own without root: user and network namespaces, namespaces(7)."""
    error = why_it_fails([*OWN_NETWORK, "true"])
    meaning = "raw sockets without root, and a network for each notebook" if not error else f"none: {error}"
    return useful("own network", not error, meaning, _allow_namespaces())


def _allow_namespaces() -> str:
    if sys.platform != "linux":
        return "use Linux, in a container or a virtual machine"
    for path, forbidden, allowed in FORBIDDEN_BY:
        if _read(path) == forbidden:
            return f"allow them: sudo sysctl {path.removeprefix('/proc/sys/').replace('/', '.')}={allowed}"
    return "in Docker start the container with --security-opt seccomp=unconfined; else install util-linux"


def raw_sockets() -> Finding:
    """Raw sockets: outright (CAP_NET_RAW, raw(7)), in a network of one's own, or ICMP by datagrams (icmp(7))."""
    ways = []
    if _may_make(socket.SOCK_RAW):
        ways.append("outright")
    if not why_it_fails([*OWN_NETWORK, sys.executable, "-I", "-S", "-c", RAW]):
        ways.append("in an own network")
    if _may_make(socket.SOCK_DGRAM):
        ways.append("ICMP by datagrams")
    meaning = f"for the live lessons of the Raw unit: {', '.join(ways) or 'not here'}"
    mend = "allow own networks (the line above), or sudo sysctl net.ipv4.ping_group_range='0 2147483647' for ICMP alone"
    return useful("raw sockets", bool(set(ways) - {"ICMP by datagrams"}), meaning, mend)


def control_groups() -> Finding:
    """Limits by control groups, cgroups(7)."""
    root = Path("/sys/fs/cgroup")
    works = (root / "cgroup.controllers").exists() and os.access(root, os.W_OK)
    meaning = "limits a graded submission's memory and processes; learners do not need it"
    return useful("cgroup v2, writable", works, meaning, "grade in a delegated group: systemd-run --user --scope")


def _may_make(kind: int) -> bool:
    try:
        socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
    except OSError:
        return False
    return True


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""
