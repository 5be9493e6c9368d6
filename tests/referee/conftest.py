"""Checks with trials that a test writes itself, as an instructor adds hidden ones."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sockets_lab.exercises import find_exercise
from sockets_lab.referee.client import run_check
from sockets_lab.referee.verdicts import Findings, Verdict
from tests.own_network import pytest_pyfunc_call as pytest_pyfunc_call

PREAMBLE = """
import errno, os, socket, time
from sockets_lab.exercises import find_exercise
from sockets_lab.exercises.table import Hints, TrialFailed, TrialSkipped
EXERCISE = find_exercise("send_all")
EXERCISE.trials.clear()
HINTS = Hints("the_key", "a question", "a direction", "an answer")
def trial(title="a trial", hints=HINTS, **options):
    return EXERCISE.trial(title, hints, **options)
"""
ONE_CALL = """
@trial()
def one_call(t):
    sock, peer = t.connected()
    t.call(sock, b"data", limit_s=0.2)
"""


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., Findings]:
    """``judge(function, trials)``: what the referee finds with trials that the test gives as source."""
    folder = tmp_path / "solutions" / "2-stream"
    folder.mkdir(parents=True)

    def check(function: Callable[..., Any], trials: str = ONE_CALL, **options: Any) -> Findings:
        (folder / "hidden_trials.py").write_text(PREAMBLE + textwrap.dedent(trials))
        return run_check(function, find_exercise("send_all"), solutions=str(folder.parent), **options)

    return check


@pytest.fixture
def verdict(judge: Callable[..., Findings]) -> Callable[..., Verdict]:
    """``verdict(function, trials)``: the first verdict."""
    return lambda *args, **options: judge(*args, **options).verdicts[0]


@pytest.fixture
def left_open(judge: Callable[..., Findings]) -> Callable[..., str]:
    """``left_open(function, trials)``: what the referee says was left open; empty if nothing was."""

    def check(function: Callable[..., Any], trials: str = ONE_CALL) -> str:
        last = judge(function, trials).verdicts[-1]
        assert last.trial == "left_open"
        return last.reason if last.status == "failed" else ""

    return check
