"""Lab kernels for the tests, of this interpreter, whatever kernels the machine knows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_core.utils import ensure_event_loop

from sockets_lab.kernel.owner import release, shared
from tests.kernel.kernels import LabKernel
from tests.own_network import skip_without_namespaces

ROOT = Path(__file__).resolve().parents[2]
LEARNER = 23456  # a user without a name, made for the purpose by being used


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where the platform itself gives no namespaces, nothing here can be tried."""
    skip_without_namespaces([item for item in items if item.path.is_relative_to(Path(__file__).parent)])


@pytest.fixture(scope="module", autouse=True)
def warm(private_temp_folder: Path) -> Iterator[None]:
    """One warm parent for the tests of a module, as one serves all notebooks of a user."""
    ensure_event_loop()  # jupyter_client keeps one for all its blocking calls
    shared("lab", os.environ, [sys.executable, "-Xfrozen_modules=off"]).connect()
    yield
    release()


@pytest.fixture(scope="module")
def lab(warm: None) -> Iterator[LabKernel]:
    """One lab kernel for the tests of a module."""
    with LabKernel() as one:
        yield one


@pytest.fixture
def new_lab(warm: None) -> Iterator[Callable[..., LabKernel]]:
    """Start lab kernels that end with the test at the latest."""
    started: list[LabKernel] = []

    def start(**options: Any) -> LabKernel:
        started.append(LabKernel(**options))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture(scope="module")
def as_learner(private_temp_folder: Path) -> Iterator[Callable[..., str]]:
    """Run a Python program as an ordinary user; what it prints.

    Root becomes such a user for it. Where the interpreter lies in a folder that only root may enter, that user
    sees the interpreter's own folder in it, and nothing else.
    """
    home = Path(tempfile.mkdtemp(prefix="sl-learner-", dir="/tmp"))
    command: list[str] = []
    if os.geteuid() == 0:
        os.chown(home, LEARNER, LEARNER)
        ids = [f"--reuid={LEARNER}", f"--regid={LEARNER}", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
        command = ["unshare", "--mount", "sh", "-ec", _let_through(), "sh", "setpriv", *ids]
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        **{"HOME": str(home), "TMPDIR": str(home), "USER": "learner"},
    }

    def run(source: str, *wrapped: str) -> str:
        ran = subprocess.run(
            [*command, *wrapped, sys.executable, "-c", textwrap.dedent(source)],
            env=environment,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout if not wrapped else ran.stdout + ran.stderr

    yield run
    left = [path.name for path in home.iterdir() if path.name.startswith("sockets-lab")]
    shutil.rmtree(home)
    assert not left, f"left behind: {left}"


def _let_through() -> str:
    """A shell's commands that show the interpreter and this package to everybody, and run what follows."""
    needed = [Path(sys.base_prefix), Path(sys.prefix), ROOT]
    closed = {
        next(parent for parent in reversed(path.parents) if not parent.stat().st_mode & 0o005): path
        for path in needed
        if any(not parent.stat().st_mode & 0o005 for parent in path.parents)
    }
    lines = []
    for closed_folder, path in closed.items():
        lines.append(
            f"mount --bind '{path}' /mnt; mount -t tmpfs -o mode=755 tmpfs '{closed_folder}'; "
            f"mkdir -p '{path}'; mount --bind /mnt '{path}'; umount /mnt"
        )
    return "; ".join([*lines, 'exec "$@"'])
