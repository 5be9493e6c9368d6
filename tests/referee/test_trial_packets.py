"""A failing report's ladder: the packets between the learner's code and the trial, and no others."""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from sockets_lab.exercises import find_exercise
from sockets_lab.exercises.who import WhoIsWho
from sockets_lab.referee import trial_packets
from sockets_lab.referee.client import run_check
from sockets_lab.referee.report import Report
from sockets_lab.referee.report_ladder import ladder_of_verdict
from sockets_lab.referee.verdicts import Findings, Verdict

OWN_NETWORK = True
CLIENT, SERVER, OTHER = ("127.0.0.1", 50000), ("127.0.0.1", 80), ("127.0.0.1", 90)


def exchange_that_gives_up(address: Any, request: bytes, timeout: float) -> bytes:
    with socket.create_connection(address, timeout) as sock:
        sock.sendall(request)
        return b""


def exchange(address: Any, request: bytes, timeout: float) -> bytes:
    reply = b""
    with socket.create_connection(address, timeout) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        while data := sock.recv(65536):
            reply += data
    return reply


def checked(function: Callable[..., Any], exercise: str = "exchange", **options: Any) -> Findings:
    return run_check(function, find_exercise(exercise), seed=3, **options)


def told(verdict: Verdict) -> list[str]:
    return [f"{source} > {target}: {label.split()[0]}" for _, source, target, label, *_ in verdict.packets]


def test_a_failing_trial_shows_its_packets_from_the_handshake_on() -> None:
    failed = checked(exchange_that_gives_up).first_failure
    assert failed is not None
    assert told(failed)[:4] == [
        "your code > peer: SYN",
        "peer > your code: SYN",
        "your code > peer: ACK",
        "your code > peer: PSH",
    ]
    times = [at for at, *_ in failed.packets]
    assert times == sorted(times)
    assert times[0] >= 0 and times[-1] <= failed.steps[-1][0]


def test_a_trial_that_passes_shows_them_only_when_it_is_replayed() -> None:
    assert not any(verdict.packets for verdict in checked(exchange).verdicts if verdict.status == "passed")
    (replayed,) = checked(exchange, only="whole_exchange").verdicts
    assert replayed.status == "passed"
    assert "your code > peer: FIN" in told(replayed)


def test_how_the_lab_connected_what_it_hands_over_is_not_shown() -> None:
    def recv_frame(sock: socket.socket, max_len: int) -> bytes:
        return sock.recv(4)

    failed = checked(recv_frame, "recv_frame").first_failure
    assert failed is not None
    assert told(failed) == ["peer > your code: PSH", "your code > peer: ACK"]


def test_a_port_that_refuses_is_told_apart_from_the_server() -> None:
    def connect_any(addresses: list[Any], timeout: float) -> socket.socket:
        family, kind, protocol, _, address = addresses[0]
        sock = socket.socket(family, kind, protocol)
        try:
            sock.connect(address)
        except OSError:
            sock.close()
            raise
        return sock

    (failed,) = checked(connect_any, "connect_any", only="first_refuses").verdicts
    assert told(failed) == ["your code > nobody: SYN", "nobody > your code: RST"]


def test_hidden_trials_show_nothing(verdict: Callable[..., Verdict]) -> None:
    def send_all(sock: socket.socket, data: bytes) -> None:
        sock.send(data[:1])
        raise RuntimeError("not yet")

    trials = """
        @EXERCISE.trial("a hidden one", HINTS, hidden=True)
        def one(t):
            sock, peer = t.connected()
            t.call(sock, b"data")
    """
    shown = verdict(send_all, trials)
    assert (shown.status, shown.hidden, shown.packets) == ("failed", True, ())


def of_one_connection() -> trial_packets.Seen:
    """What is seen of a handshake, a segment and its acknowledgement, and two goodbyes."""
    table: Any = SimpleNamespace(who=WhoIsWho(), steps=[(0.0, "the lab", "begins")])
    visible: Any = SimpleNamespace(hidden=False)
    with trial_packets.TrialPackets(of_passed=True) as packets, socket.create_server(("127.0.0.1", 0)) as listener:
        packets.begin(visible)
        with socket.create_connection(listener.getsockname()) as client, listener.accept()[0]:
            table.who.peer(client, "peer")
            client.sendall(b"a segment")
        return packets.seen(table, failed=True)


def test_of_many_packets_the_first_and_the_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_packets, "FIRST", 2)
    monkeypatch.setattr(trial_packets, "LAST", 1)
    seen = of_one_connection()
    assert [one[3].split()[0] for one in seen.packets][:2] == ["SYN", "SYN"]
    assert len(seen.packets) == 3
    assert 6 <= seen.in_all <= 9


def test_a_flood_does_not_keep_the_referee(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_packets, "MOST", 4)
    assert of_one_connection().in_all == 2


def test_where_nobody_may_capture_a_report_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(trial_packets.socket, "socket", refuse)
    assert trial_packets._open() is None


def test_the_report_draws_them_and_a_replay_tells_them_in_text() -> None:
    failed = Report(checked(exchange_that_gives_up))
    page = failed._repr_mimebundle_()["text/html"]
    assert '<summary>The packets</summary><img alt="Ladder of ' in page
    assert 'src="data:image/svg+xml;base64,' in page
    assert "The packets:" not in str(failed)
    replayed = str(Report(checked(exchange_that_gives_up, only="whole_exchange"), open_all=True))
    rows = [line for line in replayed.partition("The packets:")[2].splitlines() if "SYN" in line]
    assert "connect(" in rows[0] and "asks for a connection" in rows[0]


def test_a_long_ladder_is_cut_in_the_middle_and_that_is_said() -> None:
    packets = tuple((at / 1000, "your code", "peer", "ACK", "", (), 0) for at in range(60))
    ladder = ladder_of_verdict(Verdict("one", "one", "failed", 1, packets=packets, packets_seen=1060, packets_lost=2))
    assert ladder is not None
    assert len(ladder.rows) == 36
    assert ladder.rows[-1].at_ns == 59_000_000
    assert ladder.notes == (
        "1,024 packets in the middle are not shown.",
        "2 packets came too fast to be seen.",
    )


def test_findings_with_packets_survive_the_channel() -> None:
    found = checked(exchange_that_gives_up)
    as_lists = {**found.as_data(), "verdicts": [_lists(row) for row in found.as_data()["verdicts"]]}
    assert Findings.from_data(as_lists) == found


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(one) for key, one in value.items()}
    return [_lists(one) for one in value] if isinstance(value, tuple | list) else value


class Pair:
    """A connected socket's two addresses."""

    def __init__(self, own: tuple[str, int], other: tuple[str, int]) -> None:
        self.getsockname, self.getpeername = lambda: own, lambda: other


def test_who_is_who() -> None:
    who = WhoIsWho()
    who.alone(SERVER, "server")
    who.alone(OTHER, "the lab")
    assert who.of_packet(CLIENT, SERVER, 5) == ("your code", "server")
    assert who.of_packet(SERVER, CLIENT, 5) == ("server", "your code")
    assert who.of_packet(OTHER, SERVER, 5) is None  # the lab with itself
    assert who.of_packet(CLIENT, ("127.0.0.1", 99), 5) is None  # somebody else's
    who.peer(Pair(SERVER, CLIENT), "peer 2")  # type: ignore[arg-type]
    assert who.of_packet(CLIENT, SERVER, 5) == ("your code", "peer 2")
