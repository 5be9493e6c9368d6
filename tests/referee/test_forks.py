"""Processes that a function leaves behind are found, blamed on it, and ended; a fork of the caller never answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from sockets_lab.referee.verdicts import Findings

LeftOpen = Callable[..., str]
PATIENT = """
@trial()
def one_call(t):
    sock, peer = t.connected()
    t.call(sock, b"data", limit_s=2.0)
"""
# A fork of a process with threads may deadlock, as Python 3.12 says. The fork here does next to nothing.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


def fork_waits(sock: socket.socket, data: bytes) -> None:
    if os.fork() == 0:
        time.sleep(1000)
        os._exit(0)


def fork_ignores_all(sock: socket.socket, data: bytes) -> None:
    if os.fork() == 0:
        while True:
            try:
                time.sleep(1000)
            except BaseException:
                continue


def program_goes_on(sock: socket.socket, data: bytes) -> None:
    process = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(1000)"])
    process.returncode = 0  # or Popen itself would complain


def fork_comes_back(sock: socket.socket, data: bytes) -> None:
    os.fork()


def fork_raises(sock: socket.socket, data: bytes) -> None:
    if os.fork() == 0:
        raise RuntimeError("from the fork")


def fork_ends(sock: socket.socket, data: bytes) -> None:
    if os.fork() == 0:
        os._exit(3)


def fork_is_waited_for(sock: socket.socket, data: bytes) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def program_is_waited_for(sock: socket.socket, data: bytes) -> None:
    subprocess.run(["true"], check=True)


@pytest.fixture(autouse=True)
def no_new_children() -> Any:
    before = {child.pid for child in psutil.Process().children()}
    yield
    assert {child.pid for child in psutil.Process().children()} == before


@pytest.mark.parametrize("function", [fork_waits, fork_ignores_all, program_goes_on], ids=lambda one: one.__name__)
def test_a_process_that_goes_on_is_blamed_on_the_function_and_ended(function: Any, left_open: LeftOpen) -> None:
    said = left_open(function, PATIENT)
    assert "left open in 'a trial': process " in said
    assert said.endswith("still runs")


@pytest.mark.parametrize(
    "function",
    [fork_comes_back, fork_raises, fork_ends, fork_is_waited_for, program_is_waited_for],
    ids=lambda one: one.__name__,
)
def test_a_process_that_ends_is_not_blamed(function: Any, judge: Callable[..., Findings]) -> None:
    found = judge(function, PATIENT)
    assert found.passed, found.first_failure


def test_a_process_of_an_earlier_cell_is_left_alone(left_open: LeftOpen) -> None:
    earlier = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert left_open(lambda sock, data: None, PATIENT) == ""
        assert earlier.poll() is None
    finally:
        earlier.kill()
        earlier.communicate()
