"""What a function leaves open is found and blamed on it; what it did not open, or closed, is not."""

from __future__ import annotations

import concurrent.futures
import contextlib
import gc
import os
import re
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

# pytest's own hook complains of SystemExit, by which a check ends a thread that was left.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
LeftOpen = Callable[..., str]
KEPT: list[Any] = []
LOOSE_TRIAL = """
@trial()
def one_call(t):
    sock, peer = t.connected()
    t.start(sock, b"data", limit_s=1.0)
    t.abandon()
"""


@pytest.fixture(autouse=True)
def clean_up() -> Any:
    yield
    for kept in KEPT:
        if isinstance(kept, int):
            os.close(kept)
        elif hasattr(kept, "close"):
            kept.close()
        elif callable(kept):
            kept()
    KEPT.clear()


def forgets_a_socket(sock: socket.socket, data: bytes) -> None:
    socket.socket()


def forgets_a_socket_and_raises(sock: socket.socket, data: bytes) -> None:
    mine = socket.socket()
    raise OSError(f"with {mine}")


def forgets_a_socket_in_a_caught_exception(sock: socket.socket, data: bytes) -> None:
    mine = socket.socket()
    try:
        mine.connect(("127.0.0.1", 0))
    except OSError:
        return


def forgets_a_socket_in_a_cycle(sock: socket.socket, data: bytes) -> None:
    knot: list[Any] = [socket.socket()]
    knot.append(knot)


def keeps_a_socket(sock: socket.socket, data: bytes) -> None:
    KEPT.append(socket.socket())


def keeps_a_duplicate(sock: socket.socket, data: bytes) -> None:
    KEPT.append(sock.dup())


def keeps_a_duplicated_descriptor(sock: socket.socket, data: bytes) -> None:
    KEPT.append(os.dup(sock.fileno()))


def keeps_an_accepted_socket(sock: socket.socket, data: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        KEPT.append(server.accept()[0])


def keeps_a_pipe(sock: socket.socket, data: bytes) -> None:
    KEPT.extend(os.pipe())


def keeps_a_file(sock: socket.socket, data: bytes) -> None:
    KEPT.append(open(__file__))  # noqa: SIM115


def keeps_a_thread(sock: socket.socket, data: bytes) -> None:
    over = threading.Event()
    threading.Thread(target=over.wait).start()
    KEPT.append(over.set)


def keeps_an_executor(sock: socket.socket, data: bytes) -> None:
    executor = concurrent.futures.ThreadPoolExecutor()
    executor.submit(int).result()
    KEPT.append(executor.shutdown)


LEAKY = [
    forgets_a_socket,
    forgets_a_socket_and_raises,
    forgets_a_socket_in_a_caught_exception,
    forgets_a_socket_in_a_cycle,
    keeps_a_socket,
    keeps_a_duplicate,
    keeps_a_duplicated_descriptor,
    keeps_an_accepted_socket,
    keeps_a_pipe,
    keeps_a_file,
    keeps_a_thread,
    keeps_an_executor,
]


MADE_HERE = {
    forgets_a_socket: "socket.socket()",
    forgets_a_socket_in_a_cycle: "knot: list[Any] = [socket.socket()]",
    keeps_a_socket: "KEPT.append(socket.socket())",
    keeps_a_duplicate: "KEPT.append(sock.dup())",
    keeps_an_accepted_socket: "KEPT.append(server.accept()[0])",
}


@pytest.mark.parametrize("function", MADE_HERE, ids=lambda function: function.__name__)
def test_the_line_that_made_the_socket_is_named(function: Any, left_open: LeftOpen) -> None:
    said = left_open(function, LOOSE_TRIAL)
    assert re.search(rf"a socket \(descriptor \d+, opened at line \d+: {re.escape(MADE_HERE[function])}\)$", said)


@pytest.mark.parametrize("function", LEAKY, ids=lambda function: function.__name__)
def test_it_is_found(function: Any, left_open: LeftOpen) -> None:
    assert "left open in 'a trial'" in left_open(function, LOOSE_TRIAL)


@pytest.mark.parametrize("function", LEAKY, ids=lambda function: function.__name__)
def test_it_is_found_every_time(function: Any, left_open: LeftOpen) -> None:
    """Also when the same descriptor number was in use before."""
    for _ in range(3):
        assert left_open(function, LOOSE_TRIAL)


def closes_all(sock: socket.socket, data: bytes) -> None:
    with socket.socket(), contextlib.closing(sock.dup()), open(__file__):
        pass
    for fd in os.pipe():
        os.close(fd)


def closes_all_and_raises(sock: socket.socket, data: bytes) -> None:
    with socket.socket():
        raise OSError


def closes_in_finally(sock: socket.socket, data: bytes) -> None:
    mine = socket.socket()
    try:
        raise OSError
    finally:
        mine.close()


def makefile_closed(sock: socket.socket, data: bytes) -> None:
    with sock.makefile("wb") as stream:
        stream.write(data)


def detaches_and_closes(sock: socket.socket, data: bytes) -> None:
    os.close(socket.socket().detach())


def threads_joined(sock: socket.socket, data: bytes) -> None:
    with concurrent.futures.ThreadPoolExecutor() as executor:
        executor.submit(int).result()


def thread_about_to_end(sock: socket.socket, data: bytes) -> None:
    threading.Thread(target=int).start()


def closes_the_callers(sock: socket.socket, data: bytes) -> None:
    sock.close()


def closes_the_callers_by_number(sock: socket.socket, data: bytes) -> None:
    os.close(sock.fileno())


TIDY = [
    closes_all,
    closes_all_and_raises,
    closes_in_finally,
    makefile_closed,
    detaches_and_closes,
    threads_joined,
    thread_about_to_end,
    closes_the_callers,
    closes_the_callers_by_number,
]


@pytest.mark.parametrize("function", TIDY, ids=lambda function: function.__name__)
def test_a_tidy_function_is_not_blamed(function: Any, left_open: LeftOpen) -> None:
    for _ in range(3):
        assert left_open(function, LOOSE_TRIAL) == ""


RETURNING = {
    "a socket": lambda sock, data: socket.socket(),
    "sockets in a list": lambda sock, data: [(socket.socket(), "a"), (socket.socket(), "b")],
    "sockets in a dict": lambda sock, data: {"one": socket.socket(), "two": [socket.socket()]},
    "the same socket twice": lambda sock, data: [socket.socket()] * 2,
    "the caller's socket": lambda sock, data: sock,
    "a duplicate": lambda sock, data: sock.dup(),
}


@pytest.mark.parametrize("function", RETURNING.values(), ids=RETURNING)
def test_what_is_returned_is_not_blamed(function: Any, left_open: LeftOpen) -> None:
    for _ in range(3):
        assert left_open(function, LOOSE_TRIAL) == ""


def test_a_socket_beside_the_returned_one_is_blamed(left_open: LeftOpen) -> None:
    def function(sock: socket.socket, data: bytes) -> socket.socket:
        KEPT.append(socket.socket())
        return socket.socket()

    assert left_open(function, LOOSE_TRIAL)


def test_garbage_of_an_earlier_cell_is_not_blamed(left_open: LeftOpen) -> None:
    """Sockets of an earlier cell that the collector finds while the function runs."""

    def function(sock: socket.socket, data: bytes) -> None:
        gc.collect()

    gc.disable()
    try:
        for _ in range(5):
            knot: list[Any] = [socket.socket()]
            knot.append(knot)
        del knot
        assert left_open(function, LOOSE_TRIAL) == ""
    finally:
        gc.enable()


def test_descriptors_that_were_open_before_are_not_blamed(left_open: LeftOpen) -> None:
    KEPT.extend([socket.socket(), *os.pipe(), open(__file__)])  # noqa: SIM115
    assert left_open(lambda sock, data: None, LOOSE_TRIAL) == ""


def test_a_thread_that_ran_before_is_not_blamed(left_open: LeftOpen) -> None:
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert left_open(lambda sock, data: None, LOOSE_TRIAL) == ""
    finally:
        over.set()
        thread.join()


def test_it_costs_its_point_and_no_more(judge: Any) -> None:
    def function(sock: socket.socket, data: bytes) -> None:
        KEPT.append(socket.socket())

    found = judge(function)
    assert [one.status for one in found.verdicts] == ["passed", "failed"]
    assert found.points == found.max_points / 2
    assert found.verdicts[-1].hint_key == "send_left_open"
    assert len(found.verdicts[-1].hints) == 3


def test_the_sockets_of_a_check_are_closed_when_it_ends(judge: Any) -> None:
    seen: list[socket.socket] = []

    def function(sock: socket.socket, data: bytes) -> socket.socket:
        mine = socket.socket()
        seen.extend([sock, mine])
        return mine

    judge(function)
    assert [sock.fileno() for sock in seen] == [-1, -1]
