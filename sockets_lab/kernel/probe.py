"""Which parts of the isolation this machine gives, found by starting kernels, and how to get the rest."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sockets_lab.kernel import grading, reasons
from sockets_lab.kernel.owner import CannotStart, shared
from sockets_lab.kernel.place import NoPlace
from sockets_lab.kernel.process import ForkedKernel

_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Part:
    """One part of the isolation.

    Attributes:
        works: whether this machine gives it.
        needed_for: ``lab``, ``grading``, or nothing for what only makes it better.
        why: what was found, in a few words.
        mend: what to do where it does not work; nothing where it does.
    """

    name: str
    works: bool
    needed_for: str
    why: str
    mend: str = ""


def probe() -> list[Part]:
    """Try every part; takes about three seconds the first time.

    Resources:
        warm parents, which end with this process or with ``owner.release()``.
    """
    if sys.platform != "linux":
        return [Part("own network", False, "lab", "that needs Linux", "use it in a container or a virtual machine")]
    return [_own_network(), _bubblewrap(), _seccomp(), _sandbox(), _control_groups()]


def can_grade(parts: list[Part]) -> bool:
    """Whether nothing is missing that a hostile submission must be kept in by."""
    return all(part.works for part in parts if part.needed_for)


def _own_network() -> Part:
    def start() -> None:
        parent = shared("lab", os.environ, [sys.executable, "-Xfrozen_modules=off"])
        parent.connect()
        # Without channels the kernel ends at once; what matters is that it began.
        nothing = [os.open(os.devnull, os.O_RDWR) for _ in range(8)]
        try:
            request = {"arguments": ["--version"], "environment": {}, "cwd": "/"}
            ForkedKernel(parent, request, nothing[:3], nothing[3:]).close()
        finally:
            for fd in nothing:
                os.close(fd)

    return _tried("own network", "lab", "user, network, PID and IPC namespaces, loopback and raw sockets", start)


def _bubblewrap() -> Part:
    found = shutil.which("bwrap")
    meaning = "shows a submission nothing of the instructor's files"
    return Part("bubblewrap", bool(found), "grading", meaning, "" if found else "apt-get install bubblewrap")


def _seccomp() -> Part:
    def start() -> None:
        from sockets_lab.kernel.deny import compile_filter

        try:
            compile_filter()
        except (ImportError, RuntimeError, OSError) as error:
            raise CannotStart(f"libseccomp: {error}", step="seccomp") from error

    part = _tried("seccomp", "grading", "refuses system calls that only attackers need", start)
    return part if part.works else Part(*_fields(part), "apt-get install libseccomp2; pip install pyseccomp")


def _sandbox() -> Part:
    def start() -> None:
        grading.GradingKernel().close()

    return _tried("sandbox", "grading", "read-only system, private scratch folder, limits; a kernel ran in it", start)


def _control_groups() -> Part:
    """Not needed: process 1 of a submission counts what its processes use (see ``watch``)."""
    works = (_CGROUP / "cgroup.controllers").exists() and os.access(_CGROUP, os.W_OK)
    meaning = "memory and processor time are counted twenty times a second by the sandbox itself"
    return Part("limits over all processes", True, "grading", meaning + (", cgroup v2 is there too" if works else ""))


def _tried(name: str, needed_for: str, meaning: str, start: Callable[[], None]) -> Part:
    try:
        start()
    except (CannotStart, NoPlace, OSError) as error:
        return Part(name, False, needed_for, str(error), reasons.mend(error))
    return Part(name, True, needed_for, meaning)


def _fields(part: Part) -> tuple[str, bool, str, str]:
    return part.name, part.works, part.needed_for, part.why
