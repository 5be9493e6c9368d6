"""Where a warm parent is found, and where the sockets of its kernels lie: a private folder with a short path.

Source: unix(7) for the length of sun_path; flock(2).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

LONGEST_SOCKET_PATH = 107
_LONGEST_NAME = "/12345678/k12345678/k-5"
# What changes how Python starts, and so what a fork cannot take from its own environment.
_READ_AT_START = ("PYTHON", "LD_", "LC_", "PYDEVD_", "DEBUGPY_")
_READ_AT_START_TOO = ("LANG", "HOME", "TRAITLETS_")


class NoPlace(Exception):
    """There is no folder that is private to the user and has a short path."""


def read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a warm parent must have been started with."""
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(_READ_AT_START) or name in _READ_AT_START_TOO
    }


def key_of(profile: str, command: Sequence[str], environment: Mapping[str, str]) -> str:
    """A short name that two processes share if one warm parent can serve both."""
    spaces = [os.readlink(f"/proc/self/ns/{name}") for name in ("pid", "mnt", "user")]
    told = [profile, str(os.geteuid()), *command, *spaces, *map(str, sorted(read_at_start(environment).items()))]
    return hashlib.sha256("\0".join(told).encode(errors="surrogateescape")).hexdigest()[:8]


def base_folder(holder: int | None = None) -> Path:
    """The folder for warm parents that run as ``holder`` (by default this user), made when there is none.

    Raises:
        NoPlace: see there.
    """
    number = os.geteuid() if holder is None else holder
    reasons = []
    for root in filter(None, [os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"]):
        base = Path(root) / f"sockets-lab-{number}"
        if len(os.fsencode(base)) + len(_LONGEST_NAME) > LONGEST_SOCKET_PATH:
            reasons.append(f"{base} is too long for a Unix socket")
            continue
        try:
            try:
                base.mkdir(mode=0o700)
                os.chown(base, number, -1)
            except FileExistsError:
                pass
            found = base.lstat()
        except OSError as error:
            reasons.append(f"{base}: {error.strerror}")
            continue
        if stat.S_ISDIR(found.st_mode) and found.st_uid == number and not found.st_mode & 0o077:
            return base
        reasons.append(f"{base} belongs to somebody else, or others may look into it")
    raise NoPlace(f"no private folder for the kernels' sockets: {'; '.join(reasons)}")


@contextmanager
def locked(base: Path) -> Iterator[None]:
    """Keep others from starting and ending warm parents in ``base`` meanwhile.

    Raises:
        FileNotFoundError: it was removed meanwhile.
    """
    while True:
        fd = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            if os.stat(base).st_ino == os.fstat(fd).st_ino:  # else it was made anew while we waited
                yield
                return
        finally:
            os.close(fd)
