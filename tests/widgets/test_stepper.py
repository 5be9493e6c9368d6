"""``stepper``: every order of calls on real sockets, told as the kernel answers; nothing waits and nothing is left."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from sockets_lab import stepper
from sockets_lab.observe.capture import CaptureError
from sockets_lab.widgets import stepper as stepper_module
from sockets_lab.widgets import stepper_packets
from sockets_lab.widgets.stepper import StepDone, Stepper
from tests.processes import Kernel

LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has Unix seqpacket sockets")
VIEW = "application/vnd.jupyter.widget-view+json"
LISTENING = "server.socket server.bind server.listen"
CONNECTED = f"{LISTENING} client.socket client.connect server.accept"


@pytest.fixture
def steps(request: pytest.FixtureRequest) -> Iterator[Stepper]:
    """A stepper of the kind that the test asks for; stream unless it asks."""
    with stepper(getattr(request, "param", "stream")) as made:
        yield made


def do(steps: Stepper, calls: str) -> StepDone:
    """Some calls, such as ``server.socket``; what came of the last."""
    for one in calls.split():
        end, call = one.split(".")
        done = getattr(getattr(steps, end), call)()
    assert isinstance(done, StepDone)
    return done


@pytest.mark.parametrize(
    ("kind", "calls", "errno", "words"),
    [
        ("stream", "client.bind", "NameError", "there is no such socket yet. Do socket on client first."),
        ("stream", "conn.recv", "NameError", "there is no such socket yet. accept() makes it."),
        ("stream", "client.socket client.recv", "ENOTCONN", "the socket has no peer: it is not connected."),
        ("stream", "client.socket client.shutdown", "ENOTCONN", "the socket has no peer"),
        ("stream", "client.socket client.send", "EPIPE", "One that never connected cannot send."),
        ("stream", "server.socket server.accept", "EINVAL", "This socket does not listen: do listen first."),
        ("stream", "server.socket server.bind server.bind", "EINVAL", "It has a port already."),
        ("stream", "client.socket client.connect", "ECONNREFUSED", "nobody listens at that port."),
        (
            "stream",
            "server.socket server.bind client.socket client.connect",
            "ECONNREFUSED",
            "bind alone is not enough",
        ),
        ("stream", f"{LISTENING} client.socket client.connect client.connect", "EISCONN", "connected already."),
        ("stream", f"{LISTENING} server.recv", "ENOTCONN", "use the socket that accept returned."),
        ("stream", f"{CONNECTED} client.shutdown client.send", "EPIPE", "After shutdown a socket can still receive."),
        ("stream", f"{CONNECTED} client.close client.send", "EBADF", "the socket is closed."),
        (
            "stream",
            f"{CONNECTED} conn.close client.close server.close server.socket server.bind",
            "EADDRINUSE",
            "Set SO_REUSEADDR before bind if a server just restarts.",
        ),
        ("datagram", "server.socket server.listen", "EOPNOTSUPP", "there is nothing to accept."),
        ("datagram", "server.socket server.bind server.accept", "EOPNOTSUPP", "this kind of socket cannot do that."),
        ("datagram", "client.socket client.send", "EDESTADDRREQ", "Connect it first, or name the address in sendto."),
        (
            "datagram",
            "client.socket client.connect client.send client.recv",
            "ECONNREFUSED",
            "the news comes only now.",
        ),
        pytest.param(
            "seqpacket", "client.socket client.connect", "ECONNREFUSED", "listens at that name.", marks=LINUX_ONLY
        ),
        pytest.param("seqpacket", "server.socket server.bind server.bind", "EINVAL", "has a name", marks=LINUX_ONLY),
        pytest.param("seqpacket", "server.socket server.accept", "EINVAL", "do listen first.", marks=LINUX_ONLY),
    ],
)
def test_a_wrong_order_gives_the_kernels_errno_and_what_it_means(kind: str, calls: str, errno: str, words: str) -> None:
    with stepper(kind) as steps:
        outcome = do(steps, calls).outcome
    assert (outcome.result, outcome.told) == ("failed", errno)
    assert words in outcome.meaning


@pytest.mark.parametrize(
    ("kind", "calls", "words"),
    [
        ("stream", f"{LISTENING} server.accept", "nobody has connected yet. A blocking accept() stands here until"),
        ("stream", f"{CONNECTED} conn.recv", "nothing has come. A blocking recv() stands here until the other end"),
        ("datagram", "server.socket server.bind server.recv", "nothing has come."),
        pytest.param("seqpacket", f"{LISTENING} server.accept", "nobody has connected yet.", marks=LINUX_ONLY),
    ],
)
def test_a_call_that_would_wait_is_told_and_not_waited_for(kind: str, calls: str, words: str) -> None:
    *before, last = calls.split()
    with stepper(kind) as steps:
        do(steps, " ".join(before))
        began = time.monotonic()
        outcome = do(steps, last).outcome
        assert time.monotonic() - began < 5
    assert outcome.result == "waits"
    assert outcome.meaning.startswith(f"It waits: {words}")


def test_a_send_that_nobody_reads_waits_when_the_buffers_are_full(steps: Stepper) -> None:
    do(steps, CONNECTED)
    for _ in range(100):
        outcome = steps.client.send(bytes(1 << 20)).outcome
        if outcome.result == "waits":
            break
    assert outcome.meaning.startswith("It waits: the buffers are full.")
    assert steps.client.recv().outcome.result == "waits"


def test_the_right_order_carries_bytes_and_shows_both_ends_states(steps: Stepper) -> None:
    do(steps, f"{LISTENING} client.socket")
    assert do(steps, "client.connect").states["not accepted yet"] == "ESTABLISHED"
    accepted = do(steps, "server.accept")
    assert accepted.states == {"server": "LISTEN", "client": "ESTABLISHED", "conn": "ESTABLISHED"}
    assert do(steps, "client.send").outcome.told == "21, the count of bytes"
    assert do(steps, "conn.recv").outcome.told == "b'hello from the client'"
    assert do(steps, "client.shutdown").states["conn"] == "CLOSE_WAIT"
    assert do(steps, "conn.recv").outcome.told == "b''"
    ended = do(steps, "conn.close client.close")
    assert (ended.states["client"], ended.states["conn"]) == ("TIME_WAIT", "gone")


def test_a_step_tells_the_states_after_the_peers_answer_and_nothing_that_comes_long_after(
    steps: Stepper, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = do(steps, f"{CONNECTED} client.shutdown")
    client = next(end for end in steps.following.ends if end.name == "client")
    monkeypatch.setattr(client, "now", lambda: ("TIME_WAIT", 60.0))
    assert "now: server LISTEN, client TIME_WAIT" in str(steps)
    assert shut.states["client"] == "TIME_WAIT"
    monkeypatch.setattr(stepper_module, "SETTLES_S", 0.0)
    closed = do(steps, "client.close")
    monkeypatch.setattr(client, "now", lambda: ("gone", None))
    assert "now: server LISTEN, client TIME_WAIT" in str(steps)
    assert (client.state, closed.states["client"]) == ("gone", "TIME_WAIT")


def test_after_a_refused_connect_the_next_one_can_succeed(steps: Stepper) -> None:
    assert do(steps, "client.socket client.connect").outcome.told == "ECONNREFUSED"
    assert do(steps, f"{LISTENING} client.connect").outcome.result == "returned"


def test_arguments_can_be_chosen_when_code_drives_it(steps: Stepper) -> None:
    do(steps, "server.socket server.bind")
    assert steps.server.listen(1).line == "server.listen(1)"
    do(steps, "client.socket client.connect server.accept")
    assert steps.client.send(b"xyz").line == "client.send(b'xyz')"
    assert steps.conn.recv(2).outcome.told == "b'xy'"
    assert steps.conn.shutdown("SHUT_RDWR").line == "conn.shutdown(socket.SHUT_RDWR)"
    with pytest.raises(ValueError, match="shutdown takes SHUT_RD, SHUT_WR or SHUT_RDWR, not 'WR'"):
        steps.conn.shutdown("WR")
    assert steps.client.send("text").outcome.told == "TypeError"  # type: ignore[arg-type]


def test_a_name_that_gets_a_new_socket_lets_the_old_one_go(steps: Stepper) -> None:
    do(steps, "client.socket")
    old = steps.names["client"]
    assert do(steps, "client.socket").states == {"client": "CLOSE"}
    assert old.fileno() < 0
    do(steps, f"{LISTENING} client.connect server.accept")
    first = steps.names["conn"]
    do(steps, "client.socket client.connect server.accept")
    assert first.fileno() < 0 and steps.names["conn"].fileno() >= 0


PROGRAMS = {
    "stream": f"client.recv client.socket client.connect server.socket server.accept {LISTENING} server.bind "
    "server.accept client.connect server.accept conn.recv client.send conn.recv client.shutdown client.send conn.close "
    "client.recv client.close server.close",
    "datagram": "server.socket server.bind client.socket client.send client.sendto server.recv server.recv "
    "server.listen server.sendto client.recv client.connect client.send server.close client.send client.recv",
    "seqpacket": f"client.socket client.connect {LISTENING} client.connect server.accept client.send conn.recv "
    "conn.recv client.shutdown client.send conn.recv conn.send client.recv conn.close client.close",
}


@pytest.mark.parametrize("kind", ["stream", "datagram", pytest.param("seqpacket", marks=LINUX_ONLY)])
def test_the_text_is_a_program_that_does_the_same_again(kind: str) -> None:
    with stepper(kind) as steps:
        do(steps, PROGRAMS[kind])
        text = str(steps)
        done = [step.outcome for step in steps.steps]
        printed = [step.outcome for step in steps.steps if step.call in ("send", "sendto", "recv")]
    ended = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=30, check=True)
    said = ended.stdout.splitlines()
    assert len(said) == sum(one.result == "failed" for one in done) + sum(one.result == "returned" for one in printed)
    values = [one.told.removesuffix(", the count of bytes") for one in printed if one.result == "returned"]
    assert [line for line in said if line in values] == values
    assert f"ADDRESS = {steps.address!r}" in text


def test_the_text_of_a_step_has_the_line_the_errno_and_the_states(steps: Stepper) -> None:
    text = str(do(steps, "client.socket client.recv"))
    assert text.splitlines() == [
        "client.recv(100)",
        "    ENOTCONN",
        "    the socket has no peer: it is not connected. Connect it first. On a server, use the socket that accept "
        "returned.",
        "    now: client CLOSE",
    ]


def test_where_packets_may_not_be_captured_it_works_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: str) -> None:
        raise CaptureError("capture on lo: this process may not (CAP_NET_RAW)")

    monkeypatch.setattr(stepper_packets, "capture", refused)
    with stepper("stream") as steps:
        assert do(steps, CONNECTED).outcome.result == "returned"
        assert "The packets are not shown. capture on lo: this process may not" in str(steps)


def test_stopped_it_holds_nothing_and_keeps_what_was_seen(steps: Stepper) -> None:
    do(steps, CONNECTED)
    held = [steps.names[name] for name in ("server", "client", "conn")]
    steps.stop()
    steps.stop()
    assert [sock.fileno() for sock in held] == [-1, -1, -1]
    assert "conn, address = server.accept()" in str(steps)
    with pytest.raises(RuntimeError, match="the stepper is stopped and its sockets are closed: run its cell again"):
        steps.client.send()


def test_beginning_again_closes_all_and_may_take_another_kind(steps: Stepper) -> None:
    do(steps, CONNECTED)
    held = steps.names["conn"]
    steps.begin_again("datagram")
    assert held.fileno() < 0
    assert steps.steps == []
    assert do(steps, "client.socket").states == {"client": "UNBOUND"}


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ValueError, match="stepper knows the kinds stream, datagram, raw, seqpacket, not 'tcp'"):
        stepper("tcp")


# In a notebook


def press(kernel: Kernel, comm: str, content: Any) -> None:
    """Say what the front-end says at a click."""
    data = {"comm_id": comm, "data": {"method": "custom", "content": content}}
    kernel.client.shell_channel.send(kernel.client.session.msg("comm_msg", data))


def test_a_button_calls_and_what_is_no_button_does_nothing(kernel: Kernel) -> None:
    kernel.run("import json; from sockets_lab import stepper")
    (shown,) = kernel.run("steps = stepper()\nsteps", cell="s")
    comm = shown["data"][VIEW]["model_id"]
    for content in (
        {"end": "client", "call": "socket"},
        {"end": "client", "call": "recv"},
        {"end": "client", "call": "__init__"},
        {"end": "names", "call": "clear"},
        {"end": 3},
        {"begin": "tcp"},
        "text",
        {"end": "server", "call": "accept"},
    ):
        press(kernel, comm, content)
    done = kernel.value("print(json.dumps([[s.line, s.outcome.told] for s in steps.steps]))")
    assert [told for _, told in done] == ["a new socket", "ENOTCONN", "NameError"]
    press(kernel, comm, {"begin": "datagram"})
    assert kernel.value("print(json.dumps([steps.kind.name, len(steps.steps)]))") == ["datagram", 0]
    kernel.run("steps.stop()")


def test_a_cell_that_runs_again_closes_the_sockets_and_ends_the_capture(kernel: Kernel) -> None:
    kernel.run("import json, threading; from sockets_lab import stepper")
    make = "steps = stepper()\nsteps.client.socket()\nsock = steps.names['client']"
    kernel.run(make, cell="t")
    kernel.run("old = sock")
    kernel.run(make, cell="t")
    assert kernel.value("print(json.dumps([old.fileno() < 0, sock.fileno() >= 0]))") == [True, True]
    threads = "print(json.dumps([t.name for t in threading.enumerate() if t.name == 'sockets_lab stepper']))"
    assert len(kernel.value(threads)) == 1
    kernel.run("steps.stop()")
    assert kernel.value(threads) == []
    below = psutil.Process(kernel.pid).children(recursive=True)
    assert not [one for one in below if re.search("capture_process", " ".join(one.cmdline()))]


def test_a_kernel_that_ends_takes_the_capture_with_it(new_kernel: Any) -> None:
    kernel = new_kernel()
    kernel.run("from sockets_lab import stepper\nsteps = stepper()\nsteps.server.socket()", cell="u")
    below = psutil.Process(kernel.pid).children(recursive=True)
    kernel.close()
    _, alive = psutil.wait_procs(below, timeout=10)
    assert alive == []


def test_the_sockets_of_the_stepper_are_ordinary_and_blocking(steps: Stepper) -> None:
    do(steps, CONNECTED)
    sock = steps.names["conn"]
    assert isinstance(sock, socket.socket) and sock.getblocking() and sock.gettimeout() is None
