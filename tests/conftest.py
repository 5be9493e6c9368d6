"""What every test gets: a private temp folder, a private progress folder, and a look at what it leaves behind."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from jupyter_core.utils import ensure_event_loop

from sockets_lab.peers.spawner import close_warm_parent, warm_parent
from tests.leaks import held, left_since
from tests.own_network import pytest_collection_modifyitems as pytest_collection_modifyitems
from tests.processes import Kernel, Script
from tests.skips import pytest_make_collect_report as pytest_make_collect_report
from tests.skips import pytest_runtest_makereport as pytest_runtest_makereport


def pytest_configure() -> None:
    """Signals as a terminal's programs have them, also where the tests run in the background or under nohup."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, handler)
    # On a busy machine whatever is tried takes its time.
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def private_temp_folder() -> Iterator[Path]:
    """A temp folder of this run, for our children too, so that what is left in it was left by a test."""
    folder = Path(tempfile.mkdtemp(prefix="sl-"))
    before = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir, os.environ["TMPDIR"] = str(folder), str(folder)
    yield folder
    close_warm_parent()
    tempfile.tempdir = before[0]
    if before[1] is None:
        del os.environ["TMPDIR"]
    else:
        os.environ["TMPDIR"] = before[1]
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def private_progress(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test touches the progress of whoever runs it, or grades by accident."""
    folder = tmp_path_factory.mktemp("progress")
    monkeypatch.setenv("SOCKETS_LAB_PROGRESS", str(folder))
    monkeypatch.delenv("SOCKETS_LAB_SOLUTIONS", raising=False)
    return folder


@pytest.fixture(autouse=True)
def nothing_left(private_temp_folder: Path) -> Iterator[None]:
    """Fail a test that leaves a thread, a child process, a descriptor or a temp file.

    The warm parent stays from test to test, as it stays from cell to cell in a notebook. A test that is about its
    end runs it in an interpreter of its own. So does the event loop that jupyter_client and nbclient keep.
    """
    warm_parent()
    ensure_event_loop()
    before = held(private_temp_folder)
    yield
    if left := left_since(before, private_temp_folder):
        pytest.fail(f"the test left behind: {'; '.join(left)}")


@pytest.fixture
def script() -> Iterator[Callable[[str], Script]]:
    """Start Python programs that end with the test at the latest."""
    started: list[Script] = []

    def start(source: str) -> Script:
        started.append(Script(source))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object], str], None]:
    """Wait for a condition, with a deadline and a word on what was waited for."""

    def wait(condition: Callable[[], object], what: str, within_s: float = 10.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"not within {within_s} s: {what}")
            time.sleep(0.005)

    return wait


@pytest.fixture(scope="module")
def kernel(private_temp_folder: Path) -> Iterator[Kernel]:
    """One kernel for the tests of a module."""
    one = Kernel()
    one.run("from sockets_lab.peers.spawner import warm_parent; warm_parent()")
    yield one
    one.close()


@pytest.fixture
def new_kernel(private_temp_folder: Path) -> Iterator[Callable[[], Kernel]]:
    """Start kernels that end with the test at the latest."""
    started: list[Kernel] = []

    def start() -> Kernel:
        started.append(Kernel())
        return started[-1]

    yield start
    for one in started:
        one.close()
