"""The rules that every test is held to: it leaves nothing behind, and where nothing is missing it may not skip."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

PREAMBLE = """
import os, subprocess, sys, tempfile, threading, time
import pytest
kept = []
"""
LEAKS = {
    "thread waiting": "threading.Thread(target=time.sleep, args=(60,), name='waiting', daemon=True).start()",
    "process": "kept.append(subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE))",
    "descriptor of pipe": "kept.append(os.pipe())",
    "temp file forgotten": "kept.append(tempfile.mkdtemp(prefix='forgotten'))",
}
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """``run(source)``: pytest on one test module, under the rules of this project's conftest."""

    def run_it(source: str, **environment: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = may_skip: allowed\n")
        (tmp_path / "conftest.py").write_text(
            "import tests.leaks; tests.leaks.SETTLE_S = 0.2\nfrom tests.conftest import *\n"
        )
        (tmp_path / "test_it.py").write_text(PREAMBLE + textwrap.dedent(source))
        clean = {name: value for name, value in os.environ.items() if name != "SOCKETS_LAB_NO_SKIPS"}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "test_it.py"],
            cwd=tmp_path,
            env={**clean, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run_it


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are listed in /proc")
def test_a_test_that_leaves_something_fails_and_says_what(run: Run) -> None:
    done = run("\n".join(f"def test_{number}():\n    {leak}\n" for number, leak in enumerate(LEAKS.values())))
    told = [line for line in done.stdout.splitlines() if line.startswith("E ") and "left behind" in line]
    assert len(told) == len(LEAKS), done.stdout
    for line, thing in zip(told, LEAKS, strict=True):
        assert f" x {thing}" in line


def test_a_test_that_cleans_up_late_passes(run: Run) -> None:
    done = run("def test_it():\n    threading.Thread(target=time.sleep, args=(0.05,)).start()\n")
    assert done.returncode == 0, done.stdout


SKIPS = """
def test_skips():
    pytest.skip("no such browser")

@pytest.mark.may_skip
def test_may_skip():
    pytest.skip("no such kernel")
"""


def test_a_skip_is_a_skip_on_a_machine_that_lacks_something(run: Run) -> None:
    done = run(SKIPS)
    assert done.returncode == 0, done.stdout
    assert "2 skipped" in done.stdout


def test_a_skip_fails_where_nothing_is_missing_unless_the_platform_makes_it(run: Run) -> None:
    done = run(SKIPS, SOCKETS_LAB_NO_SKIPS="1")
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 skipped" in done.stdout
    assert "no such browser" in done.stdout


def test_a_module_that_skips_itself_fails_where_nothing_is_missing(run: Run) -> None:
    source = "pytest.skip('nothing for it here', allow_module_level=True)"
    assert "1 skipped" in run(source).stdout
    done = run(source, SOCKETS_LAB_NO_SKIPS="1")
    assert done.returncode != 0, done.stdout
    assert "nothing for it here" in done.stdout
