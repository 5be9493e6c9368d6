"""Which trials are run, what they earn, and how a seed repeats them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from sockets_lab import check, hint, replay, results
from sockets_lab.exercises import find_exercise
from sockets_lab.referee.client import run_check
from sockets_lab.referee.errors import CheckError, LabFault
from sockets_lab.referee.verdicts import Findings, Verdict, points_for

Judge = Callable[..., Findings]
WEIGHED = """
@trial("one point")
def one(t):
    sock, peer = t.connected()
    t.equal(t.call(sock, b"one"), b"one", "the result")
@trial("two points", weight=2)
def two(t):
    sock, peer = t.connected()
    t.equal(t.call(sock, b"two"), b"two", "the result")
"""
BASIC_FIRST = WEIGHED.replace('@trial("one point")', '@trial("one point", basic=True)')


def returns(*right: bytes) -> Callable[[Any, bytes], bytes | None]:
    return lambda sock, data: data if data in right else None


@pytest.mark.parametrize(("right", "points"), [((b"one", b"two"), 4), ((b"one",), 2), ((b"two",), 3), ((), 1)])
def test_each_trial_earns_its_weight(right: tuple[bytes, ...], points: float, judge: Judge) -> None:
    found = judge(returns(*right), WEIGHED)
    assert found.points == points
    assert found.passed is (points == 4)
    assert found.max_points == 4


def test_nothing_is_earned_without_the_basic_trial(judge: Judge) -> None:
    found = judge(returns(b"two"), BASIC_FIRST)
    assert [one.status for one in found.verdicts] == ["failed", "not run", "not run"]
    assert {one.reason for one in found.verdicts[1:]} == {"needs the first failure mended"}
    assert found.points == 0


def test_a_trial_that_the_machine_cannot_run_earns_nothing_and_says_why(judge: Judge) -> None:
    found = judge(
        returns(b"two"),
        WEIGHED.replace(
            '    t.equal(t.call(sock, b"one")', '    raise TrialSkipped("no IPv6")\n    (t.call(sock, b"one")'
        ),
    )
    assert found.verdicts[0].status == "skipped"
    assert found.verdicts[0].reason == "no IPv6; its points are not given"
    assert (found.points, found.passed) == (3, False)


def test_a_trial_of_the_labs_own_that_fails_is_nobodys_zero(judge: Judge) -> None:
    with pytest.raises(LabFault, match=r"^the lab's own trial failed, not your code: ZeroDivisionError"):
        judge(returns(b"one", b"two"), WEIGHED + "    1 / 0\n")
    assert results.load() == {}


def test_points_are_a_share_of_all_weights() -> None:
    verdicts = tuple(Verdict(str(n), "", "passed" if n else "failed", weight=n + 1) for n in range(3))
    assert points_for(verdicts, 5) == 4.17
    assert points_for((), 5) == 0


# Seeds

RANDOM = """
@trial("first")
def first(t):
    raise TrialFailed("no", seen=str(t.random.random()))
@trial("second")
def second(t):
    raise TrialFailed("no", seen=str(t.random.random()))
"""


def seen(found: Findings) -> list[str]:
    return [one.seen for one in found.verdicts if one.seen]


def test_a_seed_repeats_the_whole_check_and_each_trial_alone(judge: Judge) -> None:
    found = judge(returns(), RANDOM)
    first, second = seen(found)
    assert first != second
    assert seen(judge(returns(), RANDOM, seed=found.seed)) == [first, second]
    assert seen(judge(returns(), RANDOM, seed=found.seed, only="second")) == [second]
    assert seen(judge(returns(), RANDOM, seed=found.seed + 1)) != [first, second]


def test_each_check_has_a_seed_of_its_own(judge: Judge) -> None:
    assert len({judge(returns(), RANDOM).seed for _ in range(4)}) > 1


def send_all(sock: socket.socket, data: bytes) -> None:
    raise RuntimeError("a wrong one")


def test_the_replay_that_a_report_offers_gives_the_verdict_again() -> None:
    report = check(send_all)
    failure = report.findings.first_failure
    assert failure is not None
    assert f'replay(send_all, "{failure.trial}", seed={report.findings.seed})' in str(report)
    again = replay(send_all, failure.trial, seed=report.findings.seed)
    assert [one.trial for one in again.findings.verdicts] == [failure.trial]
    assert again.findings.verdicts[0].reason == failure.reason
    assert again.findings.seed == report.findings.seed


def test_a_replay_of_what_is_no_trial_lists_those_there_are() -> None:
    with pytest.raises(CheckError, match="send_all has no trial 'twice'; it has few_bytes, "):
        replay(send_all, "twice", seed=1)


# Hints


def test_each_hint_is_stronger_than_the_one_before_and_the_third_is_the_last() -> None:
    failure = check(send_all).findings.first_failure
    assert failure is not None and len(failure.hints) == 3
    said = [hint(send_all) for _ in range(4)]
    assert said == [
        f"Hint 2 of 3: {failure.hints[1]}",
        f"Hint 3 of 3: {failure.hints[2]}",
        f"Hint 3 of 3: {failure.hints[2]}",
        f"Hint 3 of 3: {failure.hints[2]}",
    ]


def test_after_another_check_the_hints_begin_anew() -> None:
    check(send_all)
    first = hint(send_all)
    hint(send_all)
    check(send_all)
    assert hint(send_all) == first


def test_before_a_check_there_is_no_hint() -> None:
    def accept_n() -> None: ...

    with pytest.raises(CheckError, match=r"there is no hint yet: run check\(accept_n\) first"):
        hint(accept_n)


def test_where_all_is_right_there_is_nothing_to_hint_at() -> None:
    def make_stream(family: int) -> socket.socket:
        if family not in (socket.AF_INET, socket.AF_INET6):
            raise ValueError(family)
        sock = socket.socket(family)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        return sock

    report = check(make_stream)
    assert report.passed
    assert report.findings.why == find_exercise("make_stream").why
    assert hint(make_stream) == "Nothing failed: there is nothing to hint at."


# What becomes of a check


def test_the_best_result_of_a_check_is_kept() -> None:
    points = check(send_all).points
    assert results.load()["stream.send_all"] == results.Result(points, 4)


def test_while_grading_no_result_is_kept(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "2-stream").mkdir()
    (tmp_path / "2-stream" / "hidden_trials.py").write_text("")
    monkeypatch.setenv("SOCKETS_LAB_SOLUTIONS", str(tmp_path))
    check(send_all)
    assert results.load() == {}


def test_without_hidden_trials_where_there_must_be_some_nothing_is_judged(tmp_path: Any) -> None:
    with pytest.raises(LabFault, match=r"no hidden trials at .*; SOCKETS_LAB_SOLUTIONS must name the folder"):
        run_check(send_all, find_exercise("send_all"), solutions=str(tmp_path))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (3, "check() takes the function itself, as in check(make_stream), not 3"),
        ("send_all", "check() takes the function itself, as in check(make_stream), not 'send_all'"),
        (print, "print is not an exercise of this course; there are make_stream, "),
    ],
)
def test_what_is_no_answer_is_one_sentence(answer: Any, sentence: str) -> None:
    with pytest.raises(CheckError) as raised:
        check(answer)
    assert str(raised.value).startswith(sentence)
    assert "\n" not in str(raised.value)
