"""What a function prints and what its threads raise goes into the report, and never into the cell."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from sockets_lab.referee.verdicts import Verdict

VerdictOf = Callable[..., Verdict]
TAKEN_BEFORE: dict[str, Any] = {}


def prints(sock: Any, data: bytes) -> None:
    print("seen by the learner")


def prints_to_stderr(sock: Any, data: bytes) -> None:
    print("seen by the learner", file=sys.stderr)


def writes_to_a_stream_taken_before(sock: Any, data: bytes) -> None:
    TAKEN_BEFORE["stream"].write("seen by the learner")


def writes_to_descriptor_1(sock: Any, data: bytes) -> None:
    os.write(1, b"seen by the learner")


def writes_to_descriptor_2(sock: Any, data: bytes) -> None:
    os.write(2, b"seen by the learner")


def runs_a_program(sock: Any, data: bytes) -> None:
    subprocess.run(["echo", "seen by the learner"], check=True)


def has_a_thread_that_raises(sock: Any, data: bytes) -> None:
    def run() -> None:
        raise ValueError("seen by the learner")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def has_a_thread_that_prints(sock: Any, data: bytes) -> None:
    thread = threading.Thread(target=print, args=("seen by the learner",))
    thread.start()
    thread.join()


def raises_in_del(sock: Any, data: bytes) -> None:
    class Broken:
        def __del__(self) -> None:
            raise ValueError("seen by the learner")

    Broken()


def logs(sock: Any, data: bytes) -> None:
    TAKEN_BEFORE["handler"].emit(logging.makeLogRecord({"msg": "seen by the learner"}))


TALKING = [
    prints,
    prints_to_stderr,
    writes_to_a_stream_taken_before,
    writes_to_descriptor_1,
    writes_to_descriptor_2,
    runs_a_program,
    has_a_thread_that_raises,
    has_a_thread_that_prints,
    raises_in_del,
    logs,
]


@pytest.mark.parametrize("function", TALKING, ids=lambda function: function.__name__)
def test_it_is_in_the_report_and_not_in_the_cell(
    function: Any, verdict: VerdictOf, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TAKEN_BEFORE, "stream", sys.stderr)
    monkeypatch.setitem(TAKEN_BEFORE, "handler", logging.StreamHandler())
    found = verdict(function)
    assert "seen by the learner" in found.printed
    sys.stdout.flush()
    assert capfd.readouterr() == ("", "")


def test_a_thread_of_an_earlier_cell_does_not_write_into_the_check(
    verdict: VerdictOf, capfd: pytest.CaptureFixture[str]
) -> None:
    """It holds the stream's object and writes while the function runs."""
    stream, go, done = sys.stderr, threading.Event(), threading.Event()

    def earlier() -> None:
        go.wait()
        stream.write("from an earlier cell")
        done.set()

    thread = threading.Thread(target=earlier)
    thread.start()

    def function(sock: Any, data: bytes) -> None:
        go.set()
        done.wait(5)

    verdict(function)
    thread.join()
    assert capfd.readouterr().err == ""


def test_streams_and_hooks_are_as_before(verdict: VerdictOf) -> None:
    def everything() -> list[object]:
        return [
            sys.stdout,
            sys.stderr,
            sys.stdout.write,
            sys.stderr.write,
            threading.excepthook,
            sys.unraisablehook,
            warnings.showwarning,
            os.readlink("/proc/self/fd/1"),
            os.readlink("/proc/self/fd/2"),
        ]

    before = everything()
    for function in (prints, hangs, raises):
        verdict(function)
        assert everything() == before


def hangs(sock: Any, data: bytes) -> None:
    time.sleep(1000)


def raises(sock: Any, data: bytes) -> None:
    raise RuntimeError


def test_what_is_printed_before_and_after_goes_where_it_did(
    verdict: VerdictOf, capfd: pytest.CaptureFixture[str]
) -> None:
    print("before")
    os.write(2, b"errors before\n")
    verdict(prints)
    print("after")
    os.write(2, b"errors after\n")
    assert capfd.readouterr() == ("before\nafter\n", "errors before\nerrors after\n")


def test_logging_set_up_in_a_check_still_logs_after_it(verdict: VerdictOf, capfd: pytest.CaptureFixture[str]) -> None:
    """``logging.warning`` makes a handler that holds stderr from then on."""
    made: list[logging.Handler] = []

    def function(sock: Any, data: bytes) -> None:
        made.append(logging.StreamHandler())
        made[0].emit(logging.makeLogRecord({"msg": "in the check"}))

    assert "in the check" in verdict(function).printed
    made[0].emit(logging.makeLogRecord({"msg": "afterwards"}))
    assert capfd.readouterr().err == "afterwards\n"


def test_both_streams_may_be_one(verdict: VerdictOf, monkeypatch: pytest.MonkeyPatch) -> None:
    both = io.StringIO()
    monkeypatch.setattr(sys, "stdout", both)
    monkeypatch.setattr(sys, "stderr", both)
    assert "seen by the learner" in verdict(prints_to_stderr).printed
    print("after")
    assert both.getvalue() == "after\n"


def test_there_may_be_no_streams(verdict: VerdictOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert "seen by the learner" in verdict(prints).printed
    assert sys.stdout is None


def test_a_write_of_the_streams_own_is_put_back(verdict: VerdictOf, monkeypatch: pytest.MonkeyPatch) -> None:
    def own(text: str) -> int:
        return len(text)

    monkeypatch.setattr(sys.stdout, "write", own, raising=False)
    verdict(prints)
    assert vars(sys.stdout)["write"] is own


def test_print_of_what_is_not_text_fails_as_ever(verdict: VerdictOf) -> None:
    def function(sock: Any, data: bytes) -> None:
        sys.stdout.write(data)  # type: ignore[arg-type]

    assert "TypeError" in verdict(function).reason


def test_much_output_is_cut_with_a_word_on_the_rest(verdict: VerdictOf) -> None:
    def function(sock: Any, data: bytes) -> None:
        for _ in range(1000):
            print("x" * 100)

    found = verdict(function)
    assert len(found.printed) < 5000
    assert "more" in found.printed
    assert found.status == "passed"


def test_much_output_on_a_descriptor_neither_blocks_nor_fills_the_memory(verdict: VerdictOf) -> None:
    def function(sock: Any, data: bytes) -> None:
        for _ in range(100):
            os.write(1, bytes(100_000))

    found = verdict(function)
    assert found.status == "passed"
    assert len(found.printed) < 5000


def test_each_trial_shows_what_was_printed_in_it(judge: Any) -> None:
    trials = """
    @trial("first")
    def first(t):
        sock, peer = t.connected()
        t.call(sock, b"1")
    @trial("second")
    def second(t):
        sock, peer = t.connected()
        t.call(sock, b"2")
    """

    def function(sock: Any, data: bytes) -> None:
        print(data)
        os.write(1, data + b" by descriptor\n")

    first, second, _ = judge(function, trials).verdicts
    assert sorted(first.printed.splitlines()) == ["1 by descriptor", "b'1'"]
    assert sorted(second.printed.splitlines()) == ["2 by descriptor", "b'2'"]


def test_text_that_is_no_unicode_does_no_harm(judge: Any) -> None:
    def function(sock: Any, data: bytes) -> None:
        sys.stdout.write("half a pair: \ud800")
        os.write(1, b"\xff\xfe")
        raise ValueError("\udcff")

    found = judge(function)
    assert "half a pair" in found.verdicts[0].printed
    str(found).encode()
