"""Checks in a real kernel: what a cell's mistake is called, and what the stop button leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.processes import Kernel

RIGHT = """
def send_all(sock, data):
    while data:
        data = data[sock.send(data):]
"""


WITH_A_LOOP = """
import asyncio

async def send_slowly(sock, data):
    for at in range(0, len(data), 1000):
        await asyncio.sleep(0)
        rest = data[at:at + 1000]
        while rest:
            rest = rest[sock.send(rest):]

def send_all(sock, data):
    asyncio.run(send_slowly(sock, data))
"""


@pytest.fixture
def fresh(kernel: Kernel) -> Kernel:
    """The kernel, without what an earlier test defined."""
    kernel.run("%reset -f")
    kernel.run("from sockets_lab import check, hint, predict, replay")
    return kernel


def complaint(outputs: list[dict[str, Any]]) -> str:
    """What the one error among the outputs shows."""
    (error,) = [output for output in outputs if output["output_type"] == "error"]
    return "\n".join(error["traceback"])


@pytest.mark.parametrize("cell", ["check(send_all)", "replay(send_all, 'few_bytes', seed=1)", "hint(send_all)"])
def test_an_undefined_function_is_one_sentence(fresh: Kernel, cell: str) -> None:
    assert complaint(fresh.run(cell)) == (
        "CheckError: send_all is not defined yet: run the cell that defines it, then run this one again"
    )


def test_an_undefined_prediction_is_one_sentence(fresh: Kernel) -> None:
    assert complaint(fresh.run("check(recv_count)")).startswith("CheckError: recv_count is not defined yet")


@pytest.mark.parametrize("cell", ["print(recv_count)", "check(predict(question))", RIGHT + "send_all(sock, b'')"])
def test_other_undefined_names_keep_their_traceback(fresh: Kernel, cell: str) -> None:
    shown = complaint(fresh.run(cell))
    assert "NameError" in shown
    assert "Traceback" in shown


def test_a_function_may_run_an_event_loop_though_the_kernel_runs_one_and_the_kernel_goes_on(fresh: Kernel) -> None:
    fresh.run(WITH_A_LOOP)
    assert fresh.run("check(send_all)")[-1]["data"]["text/plain"] == "4"
    fresh.run("await asyncio.sleep(0.001)")
    told = fresh.run("loop = asyncio.get_running_loop(); asyncio.current_task(loop) is not None, loop.is_running()")
    assert told[-1]["data"]["text/plain"] == "(True, True)"
    assert fresh.run("check(send_all)")[-1]["data"]["text/plain"] == "4"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("def send_all(sock, data)\n    pass", "expected ':', at line 1"),
        ("import os\ndef send_all(sock, data):\npass", "expected an indented block after function definition"),
        ("send_all = lambda sock, data: (", "'(' was never closed, at line 1"),
    ],
)
def test_a_syntax_error_is_told_where_the_check_is_and_until_it_is_mended(
    fresh: Kernel, cell: str, reason: str
) -> None:
    fresh.run(RIGHT)
    fresh.run(cell)
    shown = complaint(fresh.run("check(send_all)"))
    assert shown.startswith(f"CheckError: the cell that defines send_all cannot be read: {reason}")
    assert shown.endswith("; mend that cell and run it")
    fresh.run(RIGHT)
    assert fresh.run("check(send_all)")[-1]["data"]["text/plain"] == "4"


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        ("def send_all(sock): pass", "send_all(sock) has the wrong parameters; it is called as send_all(sock, data)"),
        (
            "async def send_all(sock, data): pass",
            "send_all is an async function; this exercise needs a plain one: write def, not async def",
        ),
        ("send_all = 3", "check() takes the function itself, as in check(make_stream), not 3"),
    ],
)
def test_what_is_no_fitting_function_is_one_sentence(fresh: Kernel, definition: str, sentence: str) -> None:
    fresh.run(definition)
    assert complaint(fresh.run("check(send_all)")) == f"CheckError: {sentence}"


@pytest.mark.parametrize(
    "definition",
    [RIGHT, RIGHT.replace("send_all", "mine") + "send_all = mine", "send_all = lambda sock, data: sock.sendall(data)"],
)
def test_the_name_in_the_cell_decides_which_exercise_it_is(fresh: Kernel, definition: str) -> None:
    fresh.run(definition)
    (shown,) = fresh.run("check(\n    send_all,\n)")
    assert "send_all: " in shown["data"]["text/html"]


WHOLE_NOTEBOOK = [
    "from sockets_lab import check, echo, hint, predict, replay, serve",
    "server = serve(echo)",
    RIGHT,
    "check(send_all)",
    "def make_stream(family): raise NotImplementedError",
    "check(make_stream)",
    "hint(make_stream)",
    "echoes = predict('How many?', choices=['one', 'two'], answer='a')",
    "check(echoes)",
]


def test_a_whole_notebook_runs_again_and_its_cells_in_any_order(fresh: Kernel) -> None:
    kernel = psutil.Process(fresh.pid)

    def run(number: int) -> object:
        outputs = fresh.run(WHOLE_NOTEBOOK[number], cell=f"cell {number}")
        assert not any(output["output_type"] in ("error", "stream") for output in outputs), outputs
        return [output["data"]["text/plain"] for output in outputs if number in (3, 5, 8)]

    first = [run(number) for number in range(len(WHOLE_NOTEBOOK))]
    assert (first[3], first[5], first[8]) == (["4"], ["0"], ["1"])
    threads, children, descriptors = kernel.num_threads(), len(kernel.children(recursive=True)), kernel.num_fds()
    again = [run(number) for number in range(len(WHOLE_NOTEBOOK))]
    backwards = [run(number) for number in reversed(range(len(WHOLE_NOTEBOOK)))]
    assert first == again == backwards[::-1]
    fresh.run("server.stop()")
    assert kernel.num_threads() <= threads
    assert len(kernel.children(recursive=True)) < children
    assert kernel.num_fds() <= descriptors


def test_a_function_that_fails_is_mended_and_checked_again_without_a_restart(fresh: Kernel) -> None:
    points = []
    for body in (
        "raise RuntimeError",
        "return",
        "sock.send(data)",
        "sock.sendall(data)",
        "while data: data = data[sock.send(data):]",
    ):
        fresh.run(f"def send_all(sock, data):\n    {body}")
        points.append(fresh.run("check(send_all)")[-1]["data"]["text/plain"])
    assert points[0] == points[1] == "0"
    assert points[-1] == "4"
    assert 0 < float(points[2]) < 4 and 0 < float(points[3]) < 4


@pytest.mark.parametrize(
    "body",
    [
        "import os; os._exit(0)",
        "import os; os.closerange(3, 1000)",
        "import sys; sys.stdout.close(); sys.stderr.close()",
        "import os; os.fork()",
        "import signal; [signal.signal(n, signal.SIG_DFL) for n in signal.valid_signals() - {9, 19}]",
        "import builtins, socket; builtins.len = socket.socket = None",
    ],
)
def test_a_function_that_wrecks_its_process_gets_a_verdict_and_the_kernel_goes_on(fresh: Kernel, body: str) -> None:
    fresh.run(f"def send_all(sock, data):\n    {body}")
    (shown,) = fresh.run("check(send_all)")
    assert "send_all: " in shown["data"]["text/html"]
    fresh.run(RIGHT)
    assert fresh.run("check(send_all)")[-1]["data"]["text/plain"] == "4"
    assert fresh.value("print(len('kernel'))") == 6


def test_a_kernel_that_dies_in_a_check_takes_the_referee_with_it(
    new_kernel: Callable[[], Kernel], wait_until: Callable[..., None]
) -> None:
    """``posix`` knows no guards."""
    one = new_kernel()
    one.run("from sockets_lab import check")
    one.run("import posix\ndef send_all(sock, data): posix._exit(0) if begun else None\nbegun = False")
    one.run("check(send_all)")
    family = psutil.Process(one.pid).children(recursive=True)
    assert family
    one.start("begun = True; check(send_all)")
    wait_until(lambda: not one.manager.is_alive(), "the kernel's end")
    wait_until(lambda: not any(ended_not(process) for process in family), "the warm parent's end")


def ended_not(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_what_a_check_prints_is_in_no_stream_of_the_cell(fresh: Kernel) -> None:
    fresh.run(
        """
        import logging, os, sys, threading, warnings
        def send_all(sock, data):
            print("out"); print("err", file=sys.stderr); os.write(2, b"low"); logging.warning("logged")
            warnings.warn("warned")
            threading.Thread(target=lambda: 1 / 0).start()
            raise RuntimeError
        """
    )
    (shown,) = fresh.run("check(send_all)")
    assert shown["output_type"] == "execute_result"
    for said in ("out", "err", "low", "logged", "warned", "ZeroDivisionError"):
        assert said in shown["data"]["text/html"]


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "while True: sock.getsockname()",
        "__import__('time').sleep(60)",
        "sock.settimeout(None); sock.recv(1)",
        "import re; re.match('(a+)+$', 'a' * 50 + 'b')",
        "while True:\n        try: sock.recv(1)\n        except BaseException: pass",
    ],
)
def test_stop_ends_a_hanging_check_in_one_sentence_and_leaves_no_process(
    fresh: Kernel, wait_until: Callable[..., None], tmp_path: Path, body: str
) -> None:
    kernel = psutil.Process(fresh.pid)
    called = tmp_path / "called"
    fresh.run(f"def send_all(sock, data):\n    open({str(called)!r}, 'w').close()\n    {body}")
    before = {child.pid for child in kernel.children(recursive=True)}
    request = fresh.start("check(send_all)")
    wait_until(called.exists, "the function is called")
    fresh.manager.interrupt_kernel()
    assert complaint(fresh.finish(request)) == (
        "CheckInterrupted: you stopped check(send_all) before its verdict: "
        "the peers are gone, nothing was graded; run it again"
    )
    assert {child.pid for child in kernel.children(recursive=True)} == before
    fresh.run(RIGHT)
    assert fresh.run("check(send_all)")[-1]["data"]["text/plain"] == "4"


def test_stop_at_any_moment_of_a_check_leaves_everything_clean(fresh: Kernel, wait_until: Callable[..., None]) -> None:
    kernel = psutil.Process(fresh.pid)
    fresh.run(RIGHT)
    fresh.run("check(send_all)")
    threads, children, descriptors = kernel.num_threads(), len(kernel.children(recursive=True)), kernel.num_fds()
    ended = fresh.value(
        """
        import json, os, signal
        signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
        def stopped_after(seconds):
            try:
                signal.setitimer(signal.ITIMER_REAL, seconds)
                return repr(check(send_all))
            except BaseException as error:
                return type(error).__name__
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        print(json.dumps([stopped_after(0.0005 + number * 0.002) for number in range(40)]))
        """
    )
    assert "CheckInterrupted" in ended
    assert set(ended) <= {"CheckInterrupted", "KeyboardInterrupt", "4"}
    wait_until(lambda: kernel.num_threads() <= threads, "no more threads")
    wait_until(lambda: len(kernel.children(recursive=True)) <= children, "no more processes")
    wait_until(lambda: kernel.num_fds() <= descriptors, "no more descriptors")
    assert fresh.run("check(send_all)")[-1]["data"]["text/plain"] == "4"
