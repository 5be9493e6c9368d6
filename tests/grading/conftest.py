"""What grading needs of the machine: a sandbox, or else submissions are trusted, or a test is skipped."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_core.utils import ensure_event_loop

from sockets_lab.kernel.grading import warm_parent
from sockets_lab.kernel.owner import release
from tests.kernel.conftest import as_learner as as_learner
from tests.own_network import namespaces_are_missing, skip_without_namespaces

NEEDS_SANDBOX = "test_sandboxed", "test_trust"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where the platform itself gives no namespaces, no sandbox can be tried."""
    here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    skip_without_namespaces([item for item in here if item.path.stem in NEEDS_SANDBOX])


@functools.cache
def has_sandbox() -> bool:
    return bool(shutil.which("bwrap")) and not namespaces_are_missing()


@pytest.fixture(scope="module")
def sandbox(private_temp_folder: Path) -> Iterator[None]:
    """One warm parent for the submissions of a module."""
    ensure_event_loop()  # nbclient makes one for each thread, and keeps it
    warm_parent().connect()
    yield
    release()
