"""What a function breaks in its process is whole again when its trial is over, and it cannot end the process."""

from __future__ import annotations

import builtins
import gc
import io
import os
import resource
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from sockets_lab.referee.verdicts import Findings, Verdict

Judge = Callable[..., Findings]
VerdictOf = Callable[..., Verdict]


def changes_folder(sock: socket.socket, data: bytes) -> None:
    os.chdir("/")


def sets_default_timeout(sock: socket.socket, data: bytes) -> None:
    socket.setdefaulttimeout(0.001)


def rebinds_socket(sock: socket.socket, data: bytes) -> None:
    socket.socket = None  # type: ignore[assignment,misc]


def empties_modules(sock: socket.socket, data: bytes) -> None:
    for module in (socket, select, signal, time, os):
        vars(module).clear()


def patches_methods(sock: socket.socket, data: bytes) -> None:
    for name in ("close", "send", "recv", "fileno", "getsockname", "settimeout", "of_its_own"):
        setattr(socket.socket, name, lambda *_: 0)
    threading.Thread.join = lambda *_: None  # type: ignore[method-assign,assignment]


def rebinds_builtins(sock: socket.socket, data: bytes) -> None:
    builtins.isinstance = lambda *_: True
    builtins.len = builtins.print = None  # type: ignore[assignment]


def rebinds_time(sock: socket.socket, data: bytes) -> None:
    time.monotonic = time.time = lambda: 0.0
    time.sleep = None  # type: ignore[assignment]


def closes_streams(sock: socket.socket, data: bytes) -> None:
    sys.stdout.close()
    sys.stderr.close()


def rebinds_streams(sock: socket.socket, data: bytes) -> None:
    sys.stdout, sys.stderr, sys.stdin = io.StringIO(), None, None  # type: ignore[assignment]


def rebinds_hooks(sock: socket.socket, data: bytes) -> None:
    sys.excepthook = sys.unraisablehook = sys.displayhook = threading.excepthook = print


def ignores_signals(sock: socket.socket, data: bytes) -> None:
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)


def blocks_signals(sock: socket.socket, data: bytes) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def leaves_an_alarm(sock: socket.socket, data: bytes) -> None:
    signal.alarm(1)


def lowers_limits(sock: socket.socket, data: bytes) -> None:
    sys.setrecursionlimit(10**9)
    resource.setrlimit(resource.RLIMIT_NOFILE, (5, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def traces(sock: socket.socket, data: bytes) -> None:
    sys.setswitchinterval(1)
    sys.setprofile(lambda *_: None)
    sys.settrace(lambda *_: None)


def stops_collecting(sock: socket.socket, data: bytes) -> None:
    gc.disable()


def empties_the_environment(sock: socket.socket, data: bytes) -> None:
    os.environ.clear()


BREAKING = [
    changes_folder,
    sets_default_timeout,
    rebinds_socket,
    empties_modules,
    patches_methods,
    rebinds_builtins,
    rebinds_time,
    closes_streams,
    rebinds_streams,
    rebinds_hooks,
    ignores_signals,
    blocks_signals,
    leaves_an_alarm,
    lowers_limits,
    traces,
    stops_collecting,
    empties_the_environment,
]
TWO_CALLS = """
@trial("first", basic=False)
def first(t):
    sock, peer = t.connected()
    t.call(sock, b"data", limit_s=2.0)
@trial("second")
def second(t):
    sock, peer = t.connected()
    t.call(sock, b"data", limit_s=2.0)
"""


def process_state() -> dict[str, Any]:
    """What this process is, as far as a function could change it."""
    return {
        "names": [dict(vars(module)) for module in (socket, select, signal, time, os, builtins)],
        "methods": [dict(vars(kind)) for kind in (socket.socket, threading.Thread)],
        "streams": (sys.stdin, sys.stdout, sys.stderr, sys.excepthook, sys.unraisablehook, sys.displayhook),
        "closed": (sys.stdout.closed, sys.stderr.closed),
        "signals": [signal.getsignal(number) for number in signal.valid_signals()],
        "mask": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "alarm": signal.getitimer(signal.ITIMER_REAL),
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "tracing": (sys.gettrace(), sys.getprofile(), sys.getswitchinterval(), sys.getrecursionlimit()),
        "collecting": gc.isenabled(),
        "default_timeout": socket.getdefaulttimeout(),
    }


@pytest.mark.parametrize("function", BREAKING, ids=lambda function: function.__name__)
def test_it_is_put_back_and_the_trials_after_it_do_not_notice(function: Any, judge: Judge) -> None:
    before = process_state()
    found = judge(function, TWO_CALLS)
    after = process_state()
    assert [name for name in before if before[name] != after[name]] == []
    assert [one.status for one in found.verdicts[:2]] == ["passed", "passed"], found.verdicts[0].reason


def test_what_the_function_raises_is_put_back_after_too(judge: Judge) -> None:
    def function(sock: socket.socket, data: bytes) -> None:
        changes_folder(sock, data)
        rebinds_socket(sock, data)
        raise RuntimeError

    before = process_state()
    judge(function)
    after = process_state()
    assert [name for name in before if before[name] != after[name]] == []


@pytest.mark.parametrize(
    "how",
    [
        lambda: os._exit(0),
        lambda: os.abort(),
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        lambda: os.kill(0, signal.SIGTERM),
        lambda: os.kill(-os.getpgrp(), signal.SIGHUP),
        lambda: signal.raise_signal(signal.SIGTERM),
    ],
    ids=["_exit", "abort", "kill", "kill 0", "kill the group", "raise_signal"],
)
def test_a_function_does_not_end_its_process_and_is_told_so(how: Callable[[], object], verdict: VerdictOf) -> None:
    found = verdict(lambda sock, data: how())
    assert found.status == "failed"
    assert "WouldEndTheProcess" in found.reason
    assert "ends the whole process, this notebook's kernel: return or raise instead" in found.reason


def test_a_signal_that_the_function_handles_reaches_it(verdict: VerdictOf) -> None:
    def function(sock: socket.socket, data: bytes) -> None:
        came: list[int] = []
        signal.signal(signal.SIGUSR1, lambda number, _: came.append(number))
        os.kill(os.getpid(), signal.SIGUSR1)
        signal.raise_signal(signal.SIGUSR1)
        os.kill(os.getpid(), 0)
        assert came == [signal.SIGUSR1] * 2

    assert verdict(function).status == "passed"


def test_sys_exit_is_an_exception_like_others(verdict: VerdictOf) -> None:
    assert "your function raised SystemExit: 3" in verdict(lambda sock, data: sys.exit(3)).reason


@pytest.mark.parametrize("low", [0, 3])
def test_closing_all_descriptors_closes_none_of_the_process(low: int, verdict: VerdictOf) -> None:
    def function(sock: socket.socket, data: bytes) -> None:
        mine = os.dup(sock.fileno())
        os.closerange(low, 1000)
        for fd in (mine, sock.fileno()):
            with pytest.raises(OSError):
                os.fstat(fd)

    before = sorted(os.listdir("/proc/self/fd"))
    found = verdict(function)
    assert found.status == "passed", found.reason
    assert sorted(os.listdir("/proc/self/fd")) == before


def test_closing_a_descriptor_of_the_process_is_refused_in_words(verdict: VerdictOf) -> None:
    found = verdict(lambda sock, data: os.close(1))
    assert "descriptor 1 was open before your function was called: it is not yours to close" in found.reason


def test_a_thread_of_an_earlier_cell_closes_what_it_opened(verdict: VerdictOf) -> None:
    mine, go = os.open(os.devnull, os.O_RDONLY), threading.Event()

    def earlier() -> None:
        go.wait()
        os.close(mine)

    thread = threading.Thread(target=earlier)
    thread.start()

    def function(sock: socket.socket, data: bytes) -> None:
        go.set()
        thread.join()

    assert verdict(function).status == "passed"
    with pytest.raises(OSError):
        os.fstat(mine)


def test_a_process_without_the_labs_descriptors_hears_one_sentence(script: Any) -> None:
    """``posix`` knows no guards."""
    program = script(
        """
        import json, os, posix
        out = os.fdopen(os.dup2(1, 2000), "w")
        from sockets_lab.exercises import find_exercise
        from sockets_lab.referee.client import run_check
        try:
            run_check(lambda sock, data: posix.closerange(0, 1000), find_exercise("send_all"))
        except Exception as error:
            print(json.dumps([type(error).__name__, str(error)]), file=out, flush=True)
        """
    )
    name, sentence = program.says()
    assert name == "CheckError"
    assert sentence.startswith("your function closed descriptors that it did not open")
    assert sentence.endswith("restart the kernel before the next check")
    assert program.ends() == 0


def test_a_function_that_calls_itself_for_ever_ends_whatever_limit_it_sets(verdict: VerdictOf) -> None:
    def function(sock: socket.socket, data: bytes) -> None:
        sys.setrecursionlimit(10**9)
        function(sock, data)

    reason = verdict(function, TWO_CALLS).reason
    assert "RecursionError" in reason or "timed out" in reason
