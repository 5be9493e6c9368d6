"""The steps that a report shows: the learner's calls as the lessons write them, repeats counted where they happened."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from sockets_lab.exercises.python_errors import NOT_WRITTEN, PYTHON_STOPPED
from sockets_lab.referee.report import Report
from sockets_lab.referee.verdicts import Findings, Verdict
from sockets_lab.referee.watching import CallLog, same_again, watched_sockets


def calls_of(function: Callable[[], None]) -> list[str]:
    log = CallLog()
    with watched_sockets(log):
        function()
    return [text for _, _, text in log.calls()]


def test_constants_and_errnos_are_shown_by_their_names() -> None:
    def function() -> None:
        near, far = socket.socketpair()
        with near, far, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            far.send(b"x")
            near.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            near.shutdown(socket.SHUT_WR)
            near.shutdown(2)
            sock.connect_ex(("127.0.0.1", 9))
            sock.connect_ex(("255.255.255.255", 9))

    calls = calls_of(function)
    assert "socket(AF_INET, SOCK_DGRAM)" in calls
    assert "recv(1, MSG_PEEK|MSG_DONTWAIT) -> b'x'" in calls
    assert {"shutdown(SHUT_WR)", "shutdown(SHUT_RDWR)"} <= set(calls)
    assert "connect_ex(('127.0.0.1', 9)) -> 0" in calls
    assert "connect_ex(('255.255.255.255', 9)) -> 13 (EACCES)" in calls


def test_an_option_is_shown_by_its_name_and_its_levels() -> None:
    def function() -> None:
        with socket.socket() as sock, socket.socket(socket.AF_INET6) as six:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, True)
            with pytest.raises(OSError):
                sock.setsockopt(socket.SOL_SOCKET, 4242, 1)

    assert calls_of(function)[2:6] == [
        "setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)",
        "setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)",
        "setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, True)",
        "setsockopt(SOL_SOCKET, 4242, 1) raised OSError ENOPROTOOPT",
    ]


def test_a_repeat_is_of_the_moment_of_the_call_that_it_repeats() -> None:
    log = CallLog()
    for at in (1.0, 3.0, 5.0):
        log.add("recv", "recv(1) -> b'.'", at)
    log.add("close", "close()", 2.0)
    assert log.calls() == [
        (1.0, "your code", "recv(1) -> b'.'"),
        (1.0, "your code", "the same 2 times more"),
        (2.0, "your code", "close()"),
    ]


@pytest.mark.parametrize(("times", "words"), [(1, "the same once more"), (4195, "the same 4,195 times more")])
def test_repeats_are_counted_in_words_that_fit(times: int, words: str) -> None:
    assert same_again(times) == words


def test_equal_steps_of_a_peer_are_counted_as_well() -> None:
    steps = (*[(0.1, "peer", "send(1 byte)  b'.'")] * 30, (0.2, "your code", "close()"), (0.3, "peer", "close()"))
    shown = str(Report(Findings("stream.exchange", 0, 5, 7, (Verdict("t", "T", "failed", 1, steps=steps),))))
    assert [line.split(None, 1)[1] for line in shown.splitlines()[4:8]] == [
        "peer       send(1 byte)  b'.'",
        "peer       the same 29 times more",
        "your code  close()",
        "peer       close()",
    ]


def test_a_replay_of_one_trial_claims_nothing_of_the_others() -> None:
    found = Findings("stream.exchange", 5, 5, 7, (Verdict("t", "a title", "passed", 1),))
    assert str(Report(found, open_all=True)).splitlines()[0] == "exchange, one trial again: passed"


def test_a_hint_is_shown_without_quotation_marks() -> None:
    found = Findings("stream.exchange", 0, 5, 7, (Verdict("t", "T", "failed", 1, hints=("one", "it's two")),))
    assert repr(Report(found).next_hint()) == "Hint 2 of 2: it's two"


TWO_RULES = """
@trial("blames errors")
def blames(t):
    sock, peer = t.connected()
    t.call(sock, b"data", error=HINTS)
@trial("blames nothing")
def does_not(t):
    sock, peer = t.connected()
    t.call(sock, b"data")
"""


def misspelt(sock: Any, data: Any) -> None:
    sock.sned(data)


def wrong_kind(sock: Any, data: Any) -> None:
    sock.send(len(data))


def unwritten(sock: Any, data: Any) -> None:
    raise NotImplementedError


def refused(sock: Any, data: Any) -> None:
    raise ConnectionRefusedError


@pytest.mark.parametrize(
    ("function", "keys"),
    [
        (misspelt, (PYTHON_STOPPED.key, PYTHON_STOPPED.key)),
        (wrong_kind, ("the_key", PYTHON_STOPPED.key)),
        (unwritten, (NOT_WRITTEN.key, NOT_WRITTEN.key)),
        (refused, ("the_key", "the_key")),
    ],
)
def test_an_error_that_is_not_about_sockets_draws_a_hint_of_its_own(
    function: Callable[..., None], keys: tuple[str, str], judge: Callable[..., Findings]
) -> None:
    assert tuple(one.hint_key for one in judge(function, TWO_RULES).verdicts[:2]) == keys


ONE_CLIENT = """
@trial("a client, and one call", basic=True)
def one_client(t):
    listener = t.listener()
    t.client(listener.address)
    t.call(listener, 1)
    t.require(False, "not right", HINTS)
"""


def accepts(listener: Any, count: Any) -> Any:
    return [listener.accept() for _ in range(count)]


def accepts_and_forgets(listener: Any, count: Any) -> None:
    for _ in range(count):
        listener.accept()


def test_a_peers_coming_is_a_step_and_its_end_after_the_trial_is_none(judge: Callable[..., Findings]) -> None:
    steps = [(who, what) for _, who, what in judge(accepts, ONE_CLIENT).verdicts[0].steps]
    client = steps[0][1].removeprefix("connects, from ")
    assert steps == [
        ("peer", f"connects, from {client}"),
        ("the lab", "calls your function with (a socket, 1)"),
        ("your code", f"accept() -> a socket, from {client}"),
        ("your code", f"returned [(a socket, {client})]"),
    ]


@pytest.mark.parametrize(("basic", "status"), [("True", "not run"), ("False", "failed")])
def test_what_a_first_failure_leaves_open_is_not_held_against_it_twice(
    basic: str, status: str, judge: Callable[..., Findings]
) -> None:
    last = judge(accepts_and_forgets, ONE_CLIENT.replace("basic=True", f"basic={basic}")).verdicts[-1]
    assert (last.trial, last.status) == ("left_open", status)
    assert ("a socket (descriptor " in last.reason) is (status == "failed")
