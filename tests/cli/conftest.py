"""The command itself, run as a learner does: in a folder, with a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).parent / "sockets-lab")


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    status: int
    out: str
    err: str

    def fails_with(self, status: int) -> str:
        """The one sentence that it says when it fails."""
        assert self.status == status, self
        (line,) = self.err.strip().splitlines()
        assert line.startswith("sockets-lab: "), line
        return line.removeprefix("sockets-lab: ")


def environment(home: Path, **variables: str) -> dict[str, str]:
    """An environment in which nothing of the user's is seen or changed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "SOCKETS_LAB"))}
    ours = {"HOME": str(home), "SOCKETS_LAB_PROGRESS": str(home / "progress"), "JUPYTER_RUNTIME_DIR": str(home / "run")}
    return {**clean, **ours, "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home), "BROWSER": "", **variables}


def run_command(folder: Path, *arguments: str, home: Path, within_s: float = 120, **variables: str) -> Ran:
    """Run ``sockets-lab`` in a folder until it ends."""
    ran = subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environment(home, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within_s,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., Ran]:
    """``command(folder, *arguments, **variables)``."""
    return lambda folder, *arguments, **variables: run_command(folder, *arguments, home=tmp_path / "home", **variables)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start ``sockets-lab`` in a folder; it is asked to end with the test at the latest."""
    started = []

    def begin(folder: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [COMMAND, *arguments],
            cwd=folder,
            env=environment(tmp_path / "home", **variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)
