"""A function that hangs is interrupted wherever it is, and the verdict says where."""

from __future__ import annotations

import _signal
import contextlib
import itertools
import linecache
import os
import queue
import re
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from sockets_lab.referee.verdicts import Findings, Verdict

Judge = Callable[..., Findings]
VerdictOf = Callable[..., Verdict]


def hangs_in_recv(sock: socket.socket, data: bytes) -> None:
    sock.recv(1)  # waits


def hangs_in_accept(sock: socket.socket, data: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.accept()  # waits


def hangs_in_select(sock: socket.socket, data: bytes) -> None:
    select.select([sock], [], [])  # waits


def hangs_in_a_helper(sock: socket.socket, data: bytes) -> None:
    def helper() -> None:
        sock.recv(1)  # waits

    helper()


def sleeps(sock: socket.socket, data: bytes) -> None:
    time.sleep(1000)  # waits


def spins(sock: socket.socket, data: bytes) -> None:
    while True:  # waits
        pass  # waits


def hangs_in_a_lock(sock: socket.socket, data: bytes) -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()  # waits


def hangs_in_a_queue(sock: socket.socket, data: bytes) -> None:
    queue.Queue[int]().get()  # waits


def catches_exception(sock: socket.socket, data: bytes) -> None:
    while True:
        try:
            sock.recv(1)  # waits
        except Exception:
            continue


def catches_base_exception(sock: socket.socket, data: bytes) -> None:
    while True:
        try:
            sock.recv(1)  # waits
        except BaseException:
            continue


def catches_everything_and_spins(sock: socket.socket, data: bytes) -> None:
    while True:
        with contextlib.suppress(BaseException):
            while True:  # waits
                pass  # waits


def hangs_in_finally(sock: socket.socket, data: bytes) -> None:
    try:
        sock.recv(1)  # waits
    finally:
        sock.recv(1)


def hangs_while_its_value_is_shown(sock: socket.socket, data: bytes) -> object:
    class Slow:
        def __repr__(self) -> str:
            time.sleep(1000)  # waits
            return ""

    return Slow()


def hangs_while_its_value_is_looked_at(sock: socket.socket, data: bytes) -> object:
    class Slow:
        def __getattr__(self, name: str) -> object:
            time.sleep(1000)  # waits
            return None

    return Slow()


HANGING = [
    hangs_in_recv,
    hangs_in_accept,
    hangs_in_select,
    hangs_in_a_helper,
    sleeps,
    spins,
    hangs_in_a_lock,
    hangs_in_a_queue,
    catches_exception,
    catches_base_exception,
    catches_everything_and_spins,
    hangs_in_finally,
    hangs_while_its_value_is_shown,
    hangs_while_its_value_is_looked_at,
]


@pytest.mark.parametrize("function", HANGING, ids=lambda function: function.__name__)
def test_a_function_that_hangs_is_interrupted_and_its_line_told(function: Any, verdict: VerdictOf) -> None:
    found = verdict(function)
    assert found.status == "failed"
    assert "timed out after" in found.reason
    assert "could not be interrupted" not in found.reason
    assert "# waits" in found.reason


def _counted_in(seconds: float) -> int:
    begun = time.thread_time()
    any(itertools.repeat(0, 1_000_000))
    return int(1_000_000 * seconds / (time.thread_time() - begun))


def counts_in_c(sock: socket.socket, data: bytes) -> None:
    any(itertools.repeat(0, _counted_in(1.0)))  # waits


def matches_in_c(sock: socket.socket, data: bytes) -> None:
    re.match(r"(a+)+$", "a" * 50 + "b")  # waits


def raises_to_a_power(sock: socket.socket, data: bytes) -> None:
    pow(3, 10**9)  # waits


def ignores_signals(sock: socket.socket, data: bytes) -> None:
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    sock.recv(1)  # waits


def blocks_signals(sock: socket.socket, data: bytes) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    sock.recv(1)  # waits


def breaks_what_the_deadline_could_need(sock: socket.socket, data: bytes) -> None:
    os.path = linecache.getline = time.sleep = None  # type: ignore[assignment]
    sock.recv(1)  # waits


def catches_everything_twice(sock: socket.socket, data: bytes) -> None:
    while True:
        try:
            try:
                sock.recv(1)  # waits
            except BaseException:
                pass
        except BaseException:
            pass


def catches_everything_for_a_while(sock: socket.socket, data: bytes) -> None:
    while True:
        try:
            time.sleep(1)  # waits
        except BaseException:
            time.sleep(0.01)


def calls_itself(sock: socket.socket, data: bytes) -> None:
    try:
        sock.recv(1)  # waits
    except BaseException:
        calls_itself(sock, data)


@pytest.mark.parametrize(
    "function",
    [
        counts_in_c,
        matches_in_c,
        raises_to_a_power,
        ignores_signals,
        blocks_signals,
        breaks_what_the_deadline_could_need,
        catches_everything_twice,
        catches_everything_for_a_while,
        calls_itself,
    ],
    ids=lambda function: function.__name__,
)
def test_neither_calls_into_c_nor_signals_nor_bare_excepts_outlast_a_deadline(
    function: Any, verdict: VerdictOf
) -> None:
    found = verdict(function)
    assert found.status == "failed"
    assert found.reason.startswith("timed out after")
    assert "could not be interrupted" not in found.reason


IMPATIENT_REFEREE = """
from sockets_lab.referee import learner
learner.GRACE_S = 0.1
@trial()
def one_call(t):
    sock, peer = t.connected()
    t.call(sock, b"data", limit_s=0.1)
@trial()
def another(t):
    sock, peer = t.connected()
    t.call(sock, b"data", limit_s=0.1)
"""


def test_of_a_function_that_nothing_interrupts_the_verdict_says_so_when_it_has_ended(judge: Judge) -> None:
    def cannot_be_interrupted(sock: socket.socket, data: bytes) -> None:
        _signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        with contextlib.suppress(OSError):
            sock.recv(1)  # until the referee has gone

    found = judge(cannot_be_interrupted, IMPATIENT_REFEREE)
    assert found.verdicts[0].reason == "timed out after 0.2 s and could not be interrupted"
    assert found.verdicts[1].reason == "your function still runs and cannot be interrupted: restart the kernel"
    assert found.points == 0


def test_nothing_of_a_deadline_is_left(verdict: VerdictOf) -> None:
    before = [signal.getsignal(number) for number in signal.valid_signals()]
    verdict(catches_base_exception)
    assert [signal.getsignal(number) for number in signal.valid_signals()] == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_function_that_sets_an_alarm_of_its_own_still_meets_its_deadline(verdict: VerdictOf) -> None:
    def sets_an_alarm(sock: socket.socket, data: bytes) -> None:
        before = signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        try:
            sock.recv(1)  # waits
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    assert "timed out" in verdict(sets_an_alarm).reason
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_finally_clauses_run_when_a_function_is_interrupted(verdict: VerdictOf) -> None:
    cleaned = []

    def cleans_up(sock: socket.socket, data: bytes) -> None:
        try:
            sock.recv(1)  # waits
        finally:
            cleaned.append(True)

    assert "# waits" in verdict(cleans_up).reason
    assert cleaned == [True]


def test_a_function_that_returns_in_time_is_not_interrupted(judge: Judge) -> None:
    assert judge(lambda sock, data: None).passed


def test_after_two_timeouts_the_rest_is_not_run(judge: Judge) -> None:
    trials = "".join(
        f"""
@trial()
def trial_{number}(t):
    sock, peer = t.connected()
    t.call(sock, b"data", limit_s=0.05)
"""
        for number in range(4)
    )
    found = judge(hangs_in_recv, trials)
    assert [one.status for one in found.verdicts] == ["failed", "failed", "not run", "not run", "not run"]
    assert "timed out 2 times already" in found.verdicts[2].reason
    assert found.points == 0


def test_a_hang_is_told_apart_from_a_peer_that_waits_in_vain(verdict: VerdictOf) -> None:
    trials = """
    @trial()
    def the_peer_waits(t):
        sock, peer = t.connected()
        peer.sock.settimeout(0.05)
        t.start(sock, b"data", limit_s=0.2)
        peer.recv_exactly(4)
        t.result()
    """
    waiting = verdict(hangs_in_recv, trials)
    assert "timed out" in waiting.reason
    assert "while the peer waited for you" in waiting.reason
    returned = verdict(lambda sock, data: None, trials)
    assert "timed out" not in returned.reason
    assert returned.status == "failed"
