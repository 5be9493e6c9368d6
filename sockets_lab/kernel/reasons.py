"""Why a system refuses namespaces to ordinary users, and how to have it allow them.

Source: user_namespaces(7), namespaces(7); Docker's documentation, "Seccomp security profiles"; Ubuntu's
documentation, "Restricted unprivileged user namespaces".
"""

from __future__ import annotations

import errno
from pathlib import Path

# The setting that forbids user namespaces, the value by which it does, and the one that allows them.
_SETTINGS = (
    ("kernel/unprivileged_userns_clone", "0", "1"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
    ("user/max_user_namespaces", "0", "10000"),
    ("user/max_net_namespaces", "0", "10000"),
    ("user/max_pid_namespaces", "0", "10000"),
)
_CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")


def mend(error: BaseException, root: Path = Path("/")) -> str:
    """What to do where ``error`` came of a refused namespace, as the end of a sentence.

    Args:
        root: where the system's files are looked for.
    """
    number, step = getattr(error, "number", getattr(error, "errno", 0)), getattr(error, "step", "")
    for name, forbidden, allowed in _SETTINGS:
        try:
            found = (root / "proc/sys" / name).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if found == forbidden:
            return f"allow it with: sudo sysctl {name.replace('/', '.')}={allowed}"
    if number in (errno.ENOSPC, errno.EUSERS):
        return "there are too many namespaces: end some kernels"
    if any((root / mark.lstrip("/")).exists() for mark in _CONTAINER_MARKS):
        return "start the container with --security-opt seccomp=unconfined --security-opt systempaths=unconfined"
    if step == "mount" and number == errno.EPERM:
        return "something covers parts of /proc here: a container needs --security-opt systempaths=unconfined"
    if number in (errno.EPERM, errno.EACCES):
        return "ask whoever runs this machine to allow unprivileged user namespaces"
    if number == errno.EINVAL:
        return "this Linux was built without user, network, PID or IPC namespaces"
    return "`sockets-lab doctor` says more"
