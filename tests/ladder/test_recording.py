"""A recording of real sockets: calls with their lines, the kernel's states, packets, and what is left alone."""

from __future__ import annotations

import socket
import threading

import pytest

from sockets_lab.ladder.calls import WATCHED
from sockets_lab.ladder.model import Ladder
from sockets_lab.network import SYN, Network, drop
from sockets_lab.observe import capture
from sockets_lab.peers import echo, serve
from sockets_lab.peers.spawner import close_warm_parent
from sockets_lab.widgets.ladder import watch

OWN_NETWORK = True


def labels(ladder: Ladder) -> list[str]:
    return [arrow.label for arrow in ladder.arrows]


def states_of(ladder: Ladder, name: str) -> list[str]:
    return [state for row in ladder.rows for at, state in row.states if ladder.lifelines[at].name == name]


def a_connection() -> tuple[socket.socket, socket.socket, socket.socket]:
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    return listener, client, server


def test_records_calls_states_and_packets_of_both_own_ends() -> None:
    with watch() as seen:
        listener, client, server = a_connection()
        client.sendall(b"hello")
        assert server.recv(10) == b"hello"
        client.close()
        server.close()
        listener.close()
    ladder = seen.ladder()
    assert labels(ladder)[:4] == ["SYN", "SYN ACK", "ACK", 'PSH ACK 5 bytes "hello"']
    client_states = [state for state in states_of(ladder, "your client") if state != "FIN_WAIT2"]  # a moment, or none
    assert client_states == ["CLOSE", "SYN_SENT", "ESTABLISHED", "FIN_WAIT1", "TIME_WAIT"]
    assert states_of(ladder, "your server")[:4] == ["CLOSE", "LISTEN", "SYN_RECV", "ESTABLISHED"]
    assert states_of(ladder, "your server")[-3:] == ["CLOSE_WAIT", "LAST_ACK", "CLOSE"]


def test_the_states_that_follow_from_packets_are_those_that_the_kernel_tells() -> None:
    with watch() as seen:
        listener, client, server = a_connection()
        for sock in (client, server):
            sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        client.shutdown(socket.SHUT_WR)
        assert server.recv(1) == b""
        server.send(b"x")
        client.recv(1)
    for sock in (listener, client, server):
        sock.close()
    calls = {call.name: call for call in seen.recorded().calls}
    ladder = seen.ladder()
    assert calls["shutdown"].state_before == "ESTABLISHED" and calls["send"].state_before == "CLOSE_WAIT"
    assert states_of(ladder, "your client")[-2:] == ["FIN_WAIT1", "FIN_WAIT2"]
    assert calls["recv"].state_after == "FIN_WAIT2"


def test_a_call_has_its_line_its_value_and_its_error() -> None:
    with watch() as seen, socket.socket() as sock, pytest.raises(ConnectionRefusedError):
        sock.connect(("127.0.0.1", 1))
    connect = next(call for call in seen.recorded().calls if call.name == "connect")
    assert connect.source == 'sock.connect(("127.0.0.1", 1))' and connect.line > 1
    assert connect.error == "ECONNREFUSED" and connect.ended_ns is not None and connect.state_after == "CLOSE"
    ladder = seen.ladder()
    assert labels(ladder) == ["SYN", "RST ACK"]
    assert any(row.code is not None and row.code.failed for row in ladder.rows)


def test_of_several_statements_in_a_line_each_call_shows_its_own() -> None:
    with watch() as seen:
        one = socket.socket(); one.bind(("127.0.0.1", 0)); one.close()  # fmt: skip  # noqa: E702
    assert [call.source for call in seen.recorded().calls] == [
        "socket.socket()",
        'one.bind(("127.0.0.1", 0))',
        "one.close()",
    ]


def test_the_labs_server_is_named_and_its_packets_are_there() -> None:
    with serve(echo) as server, watch() as seen, socket.create_connection(server.address) as sock:
        sock.sendall(b"hello")
        assert sock.recv(10) == b"hello"
    close_warm_parent()  # this network's own
    ladder = seen.ladder()
    assert [lifeline.name for lifeline in ladder.lifelines] == ["your client", "echo server"]
    assert labels(ladder).count('PSH ACK 5 bytes "hello"') == 2


def test_what_others_do_beside_it_is_left_out() -> None:
    ready, done = threading.Event(), threading.Event()

    def other() -> None:
        ready.wait(10)
        for sock in a_connection():
            sock.close()
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with watch() as seen:
        ready.set()
        assert done.wait(10)
    thread.join()
    assert not seen.recorded().calls and not seen.ladder().rows
    assert seen.recorded().packets  # they were there


def test_threads_that_begin_inside_are_recorded() -> None:
    with watch() as seen:
        listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=lambda: listener.accept()[0].close())
        thread.start()
        with socket.create_connection(listener.getsockname()):
            thread.join()
        listener.close()
    assert "accept" in [call.name for call in seen.recorded().calls]


def test_a_recording_leaves_sockets_as_they_were() -> None:
    before = {name: vars(socket.socket).get(name) for name in WATCHED}
    with watch():
        assert vars(socket.socket)["connect"] is not before["connect"]
    assert {name: vars(socket.socket).get(name) for name in WATCHED} == before


def test_recordings_may_end_in_any_order() -> None:
    before = {name: vars(socket.socket).get(name) for name in WATCHED}
    first = watch()
    second = watch()
    first.stop()
    with socket.socket():
        pass
    second.stop()
    second.stop()
    assert len(first.recorded().calls) == 0
    assert [call.name for call in second.recorded().calls] == ["socket", "close"]
    with socket.socket() as sock:  # and what is left of the first does nothing
        assert sock.fileno() > 0
    assert set(before) == set(WATCHED)


def test_two_recordings_at_once_both_record() -> None:
    with watch() as outer, watch() as inner, socket.socket():
        pass
    for seen in (outer, inner):
        assert [call.name for call in seen.recorded().calls] == ["socket", "close"]


def test_the_labs_own_calls_are_left_out() -> None:
    with Network(seed=1) as net, watch(net) as seen, net.host("server"):
        serve(echo, host=net.host("server").address).stop()
    close_warm_parent()
    assert not seen.recorded().calls


def test_an_exception_in_the_block_ends_the_recording() -> None:
    with pytest.raises(ZeroDivisionError), watch() as seen:
        raise ZeroDivisionError
    assert not seen.running


def test_datagrams_and_the_error_that_comes_back() -> None:
    with watch() as seen, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"hi", ("127.0.0.1", 9))
    assert labels(seen.ladder()) == ['UDP 2 bytes "hi"', "ICMP port unreachable"]


def test_over_ipv6() -> None:
    with watch() as seen, socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        socket.create_connection(listener.getsockname()[:2]).close()
    assert labels(seen.ladder())[:3] == ["SYN", "SYN ACK", "ACK"]


def test_a_connection_that_was_there_before_keeps_its_names_and_its_states() -> None:
    listener, client, server = a_connection()
    server.sendall(b"before")
    client.recv(6)
    client.shutdown(socket.SHUT_WR)
    with watch() as seen:
        server.sendall(b"answer")
        server.close()
        assert client.recv(100) == b"answer"
    client.close()
    listener.close()
    ladder = seen.ladder()
    assert [lifeline.name for lifeline in ladder.lifelines] == ["your client", "your server"]
    assert states_of(ladder, "your client") == ["FIN_WAIT2", "TIME_WAIT"]
    assert states_of(ladder, "your server") == ["CLOSE_WAIT", "LAST_ACK", "CLOSE"]
    assert not any(arrow.marks for arrow in ladder.arrows)


def test_a_listener_on_every_address_is_one_lifeline() -> None:
    with watch() as seen, socket.create_server(("", 0)) as listener:
        socket.create_connection(("127.0.0.2", listener.getsockname()[1])).close()
    assert [lifeline.name for lifeline in seen.ladder().lifelines] == ["your client", "your server"]


def test_without_the_privilege_calls_and_states_are_left_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise capture.CaptureError("capture on lo: this process may not (CAP_NET_RAW)")

    monkeypatch.setattr(capture, "capture", refuse)
    with watch() as seen:
        for sock in a_connection():
            sock.close()
    ladder = seen.ladder()
    assert seen.missing == ("The packets are missing: capture on lo: this process may not (CAP_NET_RAW).",)
    assert "CAP_NET_RAW" in str(ladder) and not labels(ladder)
    assert "ESTABLISHED" in states_of(ladder, "your client")


def test_a_network_whose_wire_drops_the_first_syn() -> None:
    with Network(seed=1, rules=[drop(first=SYN)]) as net, watch(net) as seen:
        with net.host("server"):
            listener = socket.create_server((net.host("server").address, 0))
        with net.host("client"):
            client = socket.create_connection(listener.getsockname(), timeout=10)
        client.close()
        listener.close()
    ladder = seen.ladder()
    assert [lifeline.name for lifeline in ladder.lifelines] == ["client", "server"]
    first, second = list(ladder.arrows)[:2]
    assert first.marks == ("dropped",) and second.marks == ("sent again",)
    assert states_of(ladder, "client")[:3] == ["CLOSE", "SYN_SENT", "ESTABLISHED"]


def test_a_network_with_a_delay_shows_packets_that_cross() -> None:
    with Network(seed=1, delay_s=0.02) as net, watch(net) as seen:
        with net.host("server"):
            listener = socket.create_server((net.host("server").address, 0))
        with net.host("client"):
            client = socket.create_connection(listener.getsockname(), timeout=10)
        server, _ = listener.accept()
        client.sendall(b"ping")
        server.sendall(b"pong")
        assert client.recv(4) == b"pong" and server.recv(4) == b"ping"
        for sock in (client, server, listener):
            sock.close()
    ladder = seen.ladder()
    assert ladder.arrives_in()
    assert all(
        arrow.arrived_ns is not None and arrow.arrived_ns - arrow.sent_ns > 19_000_000 for arrow in ladder.arrows
    )


def test_a_router_is_no_end_of_a_connection() -> None:
    with Network("client", "router", "server", seed=1) as net, watch(net) as seen:
        with net.host("server"):
            listener = socket.create_server((net.host("server").address, 0))
        with net.host("client"):
            client = socket.create_connection(listener.getsockname(), timeout=10)
        server, _ = listener.accept()
        server.getpeername()
        for sock in (client, server, listener):
            sock.close()
    ladder = seen.ladder()
    assert states_of(ladder, "router") == []
    assert states_of(ladder, "server")[:4] == ["CLOSE", "LISTEN", "SYN_RECV", "ESTABLISHED"]
    assert states_of(ladder, "server").count("ESTABLISHED") == 1
