"""A learner's process that answers anything whatever: each answer is a verdict, and never the referee's fault."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as some

from sockets_lab.exercises.model import Exercise
from sockets_lab.exercises.table import Hints, Table
from sockets_lab.peers.channel import Channel, ChannelClosed, ChannelTimeout
from sockets_lab.referee import learner as learner_side
from sockets_lab.referee.answers import Answer, Received
from sockets_lab.referee.codec import BadValue, decode
from sockets_lab.referee.learner import Learner
from sockets_lab.referee.looking import SystemView, ViewThrough
from sockets_lab.referee.looking import answer as look
from sockets_lab.referee.session import judge
from sockets_lab.referee.verdicts import Findings

HINTS = Hints("key", "question", "direction", "answer")
GOOD: dict[str, Any] = {
    "returned": 5,
    "calls": [[1.0, "your code", "recv(1)"]],
    "call_names": ["recv"],
    "opened": [[7, 3, "socket.socket()"]],
    "default_timeout": None,
    "printed": "",
    "unclosed": [],
    "threads": [],
    "processes": [],
    "sockets": [],
}
RAISED = {"names": ["OSError", "Exception"], "text": "no", "line": 3, "source": "x", "errno": 5, "cause": []}
LEAF = some.none() | some.booleans() | some.integers(-(2**63), 2**64 - 1) | some.floats() | some.text() | some.binary()
KEYS = some.sampled_from(["$", "items", "handle", "fd", "closed", "timeout", "type", "hex", "class", "value", "data"])
KINDS = some.sampled_from(["int", "tuple", "dict", "enum", "bytearray", "memoryview", "socket", "opaque", "other"])
ANYTHING = some.recursive(
    LEAF | KINDS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(KEYS, inner, max_size=5),
    max_leaves=15,
)


def exercise_of(*functions: Callable[[Table], None]) -> Exercise:
    exercise = Exercise("stream.tried", ("sock",), 4, "why", HINTS)
    for function in functions:
        exercise.trial(function.__name__, HINTS)(function)
    return exercise


def is_five(t: Table) -> None:
    sock, _ = t.connected()
    t.equal(t.call(sock, limit_s=0.2), 5, "the result")


def five_again(t: Table) -> None:
    is_five(t)


def a_socket(t: Table) -> None:
    sock, _ = t.connected()
    t.a_socket(t.call(sock, limit_s=0.2))


def never_looks(t: Table) -> None:
    sock, _ = t.connected()
    t.start(sock, limit_s=0.2)


Reply = Callable[[Channel, Any, list[int]], None]


def judged(exercise: Exercise, reply: Reply) -> Findings:
    """What the referee finds of a process that answers each message by ``reply``."""
    ours, theirs = Channel.pair()

    def serve() -> None:
        with theirs, contextlib.suppress(ChannelClosed, ChannelTimeout):
            while True:
                message, fds = theirs.receive(timeout_s=5)
                try:
                    if "forget" in message:
                        theirs.send({"forgotten": True})
                    else:
                        reply(theirs, message, fds)
                finally:
                    Received(fds).close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with ours:
            return judge(exercise, Learner(ours, SystemView(os.getpid())), 1)
    finally:
        thread.join()


def answering(data: Any, fds: list[int] | None = None) -> Reply:
    return lambda channel, _message, _fds: channel.send(data, fds or [])


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner_side, "GRACE_S", 0.3)


def test_a_good_answer_passes() -> None:
    assert judged(exercise_of(is_five), answering(GOOD)).passed


def test_fields_that_are_not_what_they_should_be_are_a_failure_and_the_next_trial_is_run() -> None:
    replies = iter([answering({**GOOD, "calls": 5}), answering(GOOD)])
    findings = judged(exercise_of(is_five, five_again), lambda *told: next(replies)(*told))
    assert [verdict.status for verdict in findings.verdicts] == ["failed", "passed", "passed"]
    expected = "what came back from your function could not be read: 'calls' is not what it should be"
    assert findings.verdicts[0].reason == expected


@pytest.mark.parametrize(
    "data",
    [
        *(None, 5, [], "text", {}),
        *({name: value for name, value in GOOD.items() if name != missing} for missing in GOOD),
        *({**GOOD, name: value} for name in GOOD if name != "returned" for value in ({"a": 1}, [[]], [None], b"x")),
        *({**GOOD, "default_timeout": value} for value in (float("nan"), -1.0, float("inf"), True, "1")),
        *({**GOOD, "sockets": [[1, value, None]]} for value in (0, None, "no")),
        *({**GOOD, "calls": [[float("nan"), "you", "recv"]]}, {**GOOD, "calls": [[1.0, "you"]]}),
        *({**GOOD, "hung": value} for value in (None, {}, {"line": "5", "source": ""}, {"line": 5, "source": 5})),
        *({**GOOD, "raised": {**RAISED, name: value}} for name in RAISED for value in (object, [5], {"a": 1})),
        {**GOOD, "raised": {**RAISED, "names": []}},
    ],
    ids=lambda data: str(data)[:60],
)
def test_a_field_of_another_kind_is_named(data: Any) -> None:
    with pytest.raises(BadValue):
        Answer.read(data)


@given(some.dictionaries(some.sampled_from([*GOOD, "raised", "hung"]), ANYTHING))
def test_any_data_are_an_answer_or_a_bad_value(changed: dict[str, Any]) -> None:
    with contextlib.suppress(BadValue):
        Answer.read({**GOOD, **changed})


@given(ANYTHING)
def test_any_value_is_decoded_or_bad(data: Any) -> None:
    travelled = msgpack.unpackb(msgpack.packb(data), strict_map_key=False)
    with contextlib.suppress(BadValue):
        decode(travelled, lambda told: told["handle"] + 1)


def test_what_a_trial_does_not_look_at_is_read_all_the_same() -> None:
    findings = judged(exercise_of(never_looks), answering({**GOOD, "threads": 5}))
    assert findings.verdicts[0].status == "failed"


def test_texts_are_cut_and_no_step_is_signed_by_somebody_else() -> None:
    calls = [[0.0, "the lab", "all is well " * 1000]] * 500
    findings = judged(exercise_of(is_five), answering({**GOOD, "returned": 6, "calls": calls, "printed": "x" * 10**6}))
    verdict = findings.verdicts[0]
    signed = [(who, what) for _, who, what in verdict.steps if what.startswith("all is well")]
    assert len(signed) == 100 and {who for who, _ in signed} == {"your code"}
    assert max(len(what) for _, what in signed) <= 600 and len(verdict.printed) <= 5000


def test_a_socket_that_is_said_to_be_closed_and_is_not() -> None:
    def closed(t: Table) -> None:
        sock, _ = t.connected()
        t.call(sock, limit_s=0.2)
        t.require(sock.closed, "it is open")

    held: list[int] = []

    def reply(channel: Channel, message: Any, fds: list[int]) -> None:
        held.append(os.dup(fds[0]))
        channel.send({**GOOD, "sockets": [[message["args"][0]["handle"], True, None]]})

    findings = judged(exercise_of(closed), reply)
    os.close(held[0])
    assert findings.verdicts[0].reason == "it is open"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for fd in ends:
        os.close(fd)


def told_socket(**changed: Any) -> dict[str, Any]:
    told = {"$": "socket", "handle": -1, "fd": 0, "timeout": None, "closed": False, "type": "socket"}
    return {**GOOD, "returned": {**told, **changed}}


def test_a_descriptor_that_is_no_socket_is_refused_and_closed(pipe: tuple[int, int]) -> None:
    findings = judged(exercise_of(a_socket), answering(told_socket(), [pipe[1]]))
    assert "not a socket" in findings.verdicts[0].reason


@pytest.mark.parametrize(
    "changed", [{"fd": 7}, {"fd": "0"}, {"fd": -1}, {"handle": 99}, {"handle": None}, {"closed": 0}]
)
def test_a_socket_told_of_in_another_way_is_refused(changed: dict[str, Any]) -> None:
    with socket.socket() as sock:
        findings = judged(exercise_of(a_socket), answering(told_socket(**changed), [sock.fileno()]))
    assert findings.verdicts[0].status == "failed"


def test_descriptors_that_nobody_asked_for_are_closed() -> None:
    with socket.socket() as sock:
        findings = judged(exercise_of(is_five), answering(GOOD, [sock.fileno()] * 100))
    assert findings.passed  # and the test leaves nothing behind


def test_closing_a_socket_that_lingers_does_not_hold_the_referee_up() -> None:
    def full(t: Table) -> None:
        sock, _peer = t.connected(timeout=None)
        t.call(sock, limit_s=1.0)

    def reply(channel: Channel, _message: Any, fds: list[int]) -> None:
        with socket.socket(fileno=os.dup(fds[0])) as mine:
            mine.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    mine.send(bytes(1 << 20))
            mine.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\x3c\0\0\0")  # for a minute
        channel.send(GOOD)

    begun = time.monotonic()
    judged(exercise_of(full), reply)
    assert time.monotonic() - begun < 30


def test_a_process_that_does_not_answer_is_not_waited_for(impatient: None) -> None:
    findings = judged(exercise_of(is_five, five_again), lambda *_: None)
    assert [verdict.status for verdict in findings.verdicts] == ["failed", "not run", "not run"]
    assert "could not be interrupted" in findings.verdicts[0].reason


def test_an_answer_that_trickles_in_is_not_waited_for(impatient: None) -> None:
    def trickle(channel: Channel, *_: Any) -> None:
        with contextlib.suppress(OSError):
            os.write(channel.fileno(), b"\0\0\1\0\0")
            for _ in range(100):
                os.write(channel.fileno(), b"\0")
                time.sleep(0.05)

    findings = judged(exercise_of(is_five), trickle)
    assert findings.verdicts[0].status == "failed"


def test_a_look_through_somebody_else_sees_the_same() -> None:
    asking, answering_end = Channel.pair()
    view = SystemView(os.getpid())

    def serve() -> None:
        for _ in range(2):
            answering_end.send(look(view, answering_end.receive()[0]["look"]))

    thread = threading.Thread(target=serve)
    with asking, answering_end:
        thread.start()
        through = ViewThrough(asking)
        links, (used_s, _) = through.links(), through.processor_use()
        thread.join()
        assert links[asking.fileno()] == view.links()[asking.fileno()]
        assert 0 < used_s <= view.processor_use()[0]
