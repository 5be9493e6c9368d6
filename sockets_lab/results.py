"""The best results so far, kept on the learner's own disk."""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeGuard

import platformdirs

FOLDER = "SOCKETS_LAB_PROGRESS"
LOCKED_WITHIN_S = 2.0
_unsaved: dict[str, Result] = {}


@dataclass(frozen=True)
class Result:
    """The best that was reached in one exercise or prediction."""

    points: float
    max_points: float


def results_file() -> Path:
    """Where they are kept: the user's data folder, or the folder that ``SOCKETS_LAB_PROGRESS`` names."""
    return Path(os.environ.get(FOLDER) or platformdirs.user_data_dir("sockets-lab", appauthor=False)) / "progress.json"


def record(item: str, points: float, max_points: float) -> None:
    """Keep the best result for ``item``: ``stream.recv_frame``, ``prediction.recv_count``.

    Kernels may do so at the same time. A disk that cannot be written never spoils a check: what it did not take is
    known to this process until a later call finds it writable.
    """
    result = Result(points, max_points)
    if item in _unsaved and _unsaved[item].points > points:
        result = _unsaved[item]
    _unsaved[item] = result
    with contextlib.suppress(OSError):
        with _locked():
            before, damaged = _read()
            _keep_aside(damaged)
            after = _best(before, _unsaved)
            if after != before:
                _replace(results_file(), after)
        _unsaved.clear()


def load() -> dict[str, Result]:
    """Results by item; empty when there are none.

    Raises:
        OSError: there may be some, but they cannot be read.
    """
    kept, damaged = _read()
    with contextlib.suppress(OSError):
        _keep_aside(damaged)
    return _best(kept, _unsaved)


def why_not_kept() -> str:
    """Why nothing can be kept at present; empty if it can."""
    try:
        with _locked(), tempfile.NamedTemporaryFile("w", dir=results_file().parent) as probe:
            probe.write("{}")
    except OSError as error:
        return error.strerror or str(error)
    return ""


def set_aside() -> list[Path]:
    """Files that could not be read as results, in whole or in part, and were kept."""
    path = results_file()
    return sorted(path.parent.glob(f"{path.name}.unreadable-*"))


def forget() -> None:
    """Remove all results.

    Raises:
        OSError: they cannot be removed.
    """
    with _locked():
        results_file().unlink(missing_ok=True)
        _unsaved.clear()


def _best(one: dict[str, Result], other: dict[str, Result]) -> dict[str, Result]:
    merged = dict(one)
    for item, result in other.items():
        if item not in merged or result.points >= merged[item].points:
            merged[item] = result
    return merged


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """Keep other processes from changing the file meanwhile. The lock is a file of its own, which is never replaced."""
    path = results_file().with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        deadline = time.monotonic() + LOCKED_WITHIN_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:  # its holder was stopped: a check must not wait for it
                    raise
                time.sleep(0.005)
        yield


def _read() -> tuple[dict[str, Result], bytes]:
    """What is whole in the file; and all that it holds, if not all of it is whole."""
    try:
        text = results_file().read_bytes()
    except FileNotFoundError:
        return {}, b""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, dict):
        return {}, text
    found = {item: result for item, entry in entries.items() if (result := _result(entry)) is not None}
    return found, b"" if len(found) == len(entries) else text


def _result(entry: Any) -> Result | None:
    if not isinstance(entry, dict):
        return None
    points, max_points = entry.get("points"), entry.get("max_points")
    return Result(points, max_points) if _is_number(points) and _is_number(max_points) else None


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _keep_aside(damaged: bytes) -> None:
    """Keep a copy of what cannot be read: the next result replaces the file."""
    if not damaged or any(kept.read_bytes() == damaged for kept in set_aside()):
        return
    path = results_file()
    for number in range(1, 1000):
        with contextlib.suppress(FileExistsError), path.with_name(f"{path.name}.unreadable-{number}").open("xb") as new:
            new.write(damaged)
            return


def _replace(path: Path, results: dict[str, Result]) -> None:
    """All or nothing: a reader sees the old file or the new one."""
    descriptor, name = tempfile.mkstemp(prefix=".progress-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as new:
            json.dump({item: asdict(result) for item, result in sorted(results.items())}, new, indent=1)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
