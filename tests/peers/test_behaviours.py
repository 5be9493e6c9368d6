"""Every behaviour, seen from a client and in its transcript."""

from __future__ import annotations

import contextlib
import errno
import inspect
import select
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from sockets_lab import peers
from sockets_lab.peers import (
    Behaviour,
    Server,
    ServerError,
    banner,
    black_hole,
    coalescer,
    collector,
    dribbler,
    echo,
    flooder,
    half_closer,
    hasty_replier,
    late_reader,
    never_reader,
    replier,
    resetter,
    serve,
    silent,
    slow_accept,
)
from sockets_lab.peers.behaviours import REGISTRY
from sockets_lab.peers.connection import Connection
from sockets_lab.peers.transcript import Event

LIMIT_S = 10.0


@contextlib.contextmanager
def client_of(behaviour: Behaviour, **options: Any) -> Iterator[tuple[socket.socket, Server]]:
    with serve(behaviour, **options) as server, socket.create_connection(server.address, timeout=LIMIT_S) as client:
        yield client, server


def read_to_end(client: socket.socket) -> bytes:
    got = b""
    while chunk := client.recv(65536):
        got += chunk
    return got


def read_exactly(client: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        chunk = client.recv(min(65536, count - len(got)))
        assert chunk, "the connection ended"
        got += chunk
    return got


def calls(server: Server, who: str = "client 1") -> list[str]:
    return [event.call for event in server.transcript() if event.who == who]


def test_echo_sends_back_what_comes_until_the_client_finishes() -> None:
    with client_of(echo) as (client, server):
        for message in (b"one", b"two" * 1000):
            client.sendall(message)
            assert read_exactly(client, len(message)) == message
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
        server.wait_for("close")


def test_echo_serves_several_clients_at_once() -> None:
    with client_of(echo) as (first, server), socket.create_connection(server.address, timeout=LIMIT_S) as second:
        second.sendall(b"second")
        assert second.recv(100) == b"second"
        first.sendall(b"first")
        assert first.recv(100) == b"first"
        assert {event.who for event in server.transcript()} == {"client 1", "client 2"}


def test_collector_writes_down_each_recv_and_says_nothing() -> None:
    with client_of(collector) as (client, server):
        client.sendall(b"HELLO")
        server.wait_for("recv")
        client.sendall(b"WORLD")
        client.shutdown(socket.SHUT_WR)
        assert read_to_end(client) == b""
        server.wait_for("close")
        received = [event.data for event in server.transcript() if event.call.startswith("recv") and event.size]
        assert received == [b"HELLO", b"WORLD"]


def test_late_reader_reads_nothing_until_the_pile_is_there() -> None:
    with client_of(late_reader(10)) as (client, server):
        client.sendall(b"HELLO")
        with pytest.raises(ServerError):
            server.wait_for("recv", timeout_s=0.1)
        client.sendall(b"WORLD")
        assert server.wait_for("recv").data == b"HELLOWORLD"


def test_banner_speaks_first_and_closes() -> None:
    with client_of(banner) as (client, _):
        assert read_to_end(client) == b"Welcome!\r\n"
    with client_of(banner(b"220 ready\r\n")) as (client, _):
        assert read_to_end(client) == b"220 ready\r\n"


def test_dribbler_sends_each_byte_by_itself() -> None:
    with client_of(dribbler(b"hello", every_s=0)) as (client, server):
        assert read_to_end(client) == b"hello"
        server.wait_for("close")
        assert calls(server)[1:-1] == ["send(1 byte)"] * 5


def test_a_dribbling_byte_is_there_before_the_next_is_sent() -> None:
    with client_of(dribbler(b"ab", every_s=60)) as (client, server):
        assert client.recv(100) == b"a"
        server.wait_for("send")
        assert calls(server).count("send(1 byte)") == 1


def test_coalescer_sends_messages_with_nothing_between_them() -> None:
    with client_of(coalescer([b"one", b"", b"two"])) as (client, server):
        assert read_to_end(client) == b"onetwo"
        server.wait_for("close")
        assert calls(server)[1:-1] == ["send(6 bytes)"]


def test_half_closer_finishes_sending_and_goes_on_reading() -> None:
    with client_of(half_closer(b"my last words")) as (client, server):
        assert read_to_end(client) == b"my last words"
        client.sendall(b"and mine")
        client.shutdown(socket.SHUT_WR)
        server.wait_for("close")
        assert [event.data for event in server.transcript() if event.call.startswith("recv")] == [b"and mine", b""]


def test_replier_waits_for_the_end_of_the_request() -> None:
    with client_of(replier(b"answer")) as (client, server):
        client.sendall(b"que")
        server.wait_for("recv")
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(100)
        client.settimeout(LIMIT_S)
        client.sendall(b"stion")
        client.shutdown(socket.SHUT_WR)
        assert read_to_end(client) == b"answer"


def test_hasty_replier_leaves_the_request_unread_and_so_resets() -> None:
    with client_of(hasty_replier(b"BYE")) as (client, server):
        client.sendall(b"a request")
        assert client.recv(100) == b"BYE"
        with pytest.raises(ConnectionResetError):
            client.recv(100)
        assert not any(event.call.startswith("recv") for event in server.transcript())


def test_resetter_ends_with_a_reset_and_not_with_an_end() -> None:
    with client_of(resetter(b"part", after_bytes=3)) as (client, server):
        client.sendall(b"abc")
        server.wait_for("close")
        assert client.recv(100) == b"part"
        with pytest.raises(ConnectionResetError):
            client.recv(100)


def test_never_reader_lets_the_buffers_fill() -> None:
    with client_of(never_reader) as (client, server):
        client.setblocking(False)
        sent = 0
        with pytest.raises(BlockingIOError):
            while True:
                sent += client.send(bytes(65536))
        assert sent > 0
        assert not [call for call in calls(server) if call.startswith("recv")]


def test_flooder_sends_without_end() -> None:
    with client_of(flooder(chunk=1000)) as (client, _):
        assert read_exactly(client, 5_000_000) == b"x" * 5_000_000


def test_flooder_notices_that_the_client_has_gone() -> None:
    with serve(flooder) as server:
        socket.create_connection(server.address, timeout=LIMIT_S).close()
        ended = server.wait_for("ended", timeout_s=LIMIT_S)
        assert "ECONNRESET" in ended.note or "EPIPE" in ended.note


def test_silent_reads_and_never_answers() -> None:
    with client_of(silent) as (client, server):
        client.sendall(b"hello?")
        server.wait_for("recv")
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_silent_does_not_even_close() -> None:
    with client_of(silent) as (client, server):
        client.shutdown(socket.SHUT_WR)
        server.wait_for("recv")
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_slow_accept_lets_a_connected_client_wait_in_the_queue() -> None:
    with client_of(slow_accept(delay_s=60)) as (client, server):
        client.sendall(b"in the queue")
        assert len(server.transcript()) == 0
    with client_of(slow_accept(delay_s=0)) as (client, _):
        client.sendall(b"served")
        assert client.recv(100) == b"served"


@pytest.mark.parametrize("backlog", [0, 1, 5])
def test_black_hole_answers_nobody(backlog: int) -> None:
    with serve(black_hole, backlog=backlog) as server, socket.socket() as client:
        client.settimeout(0.15)
        with pytest.raises(TimeoutError):
            client.connect(server.address)
        client.setblocking(False)
        assert client.connect_ex(server.address) in (errno.EINPROGRESS, errno.EALREADY)
        assert len(server.transcript()) == 0


@pytest.mark.parametrize("behaviour", REGISTRY.values(), ids=str)
def test_each_behaviour_is_a_few_lines_that_can_be_shown(behaviour: Behaviour) -> None:
    assert behaviour.source.startswith(f"def {behaviour.name}(")
    assert len(behaviour.source.splitlines()) <= 10
    assert inspect.getdoc(behaviour)
    assert getattr(peers, behaviour.name) is behaviour


@pytest.mark.parametrize("behaviour", [echo, collector, silent, replier(b"x"), half_closer(b"x")], ids=str)
def test_a_client_that_resets_is_written_down(behaviour: Behaviour) -> None:
    with client_of(behaviour) as (client, server):
        server.wait_for("accept")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
        assert "ECONNRESET" in str(server.wait_for("ended"))


def test_a_reset_between_two_calls_of_a_behaviour_is_written_down_as_one() -> None:
    events: list[Event] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), timeout=LIMIT_S)
        with Connection(listener.accept()[0], events.append, "client 1") as connection:
            connection.send(b"x")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
            gone = select.poll()
            gone.register(connection.sock, 0)
            assert gone.poll(LIMIT_S * 1000)
            with pytest.raises(ConnectionResetError):
                connection.finish_sending()
    assert "ECONNRESET" in events[-2].note


def test_parameters_of_the_wrong_type_are_told_in_the_transcript() -> None:
    with client_of(banner("text, not bytes")) as (client, server):  # type: ignore[arg-type]
        assert read_to_end(client) == b""
        assert "TypeError" in server.wait_for("ended").note


def test_unknown_parameters_are_refused_at_once() -> None:
    with pytest.raises(TypeError, match="colour"):
        echo(colour="red")


def test_a_behaviour_is_shown_with_its_parameters() -> None:
    assert repr(echo) == "echo()"
    assert repr(dribbler(b"hi", every_s=0.5)) == "dribbler(data=b'hi', every_s=0.5)"


# The transcript


def test_a_transcript_tells_what_happened_in_order_with_times() -> None:
    with client_of(echo) as (client, server):
        client.sendall(b"hello")
        assert client.recv(5) == b"hello"
        client.shutdown(socket.SHUT_WR)
        server.wait_for("close")
        transcript = server.transcript()
    assert calls(server) == ["accept()", "recv(65536)", "send(5 bytes)", "recv(65536)", "close()"]
    times = [event.at for event in transcript]
    assert times == sorted(times)
    lines = str(transcript).splitlines()
    assert "accept() -> 127.0.0.1:" in lines[0]
    assert lines[1].endswith("recv(65536) -> 5 bytes  b'hello'")
    assert lines[3].endswith("0 bytes: the other side will send no more")


def test_a_transcript_is_there_after_stop_and_ends_with_it() -> None:
    with serve(echo) as server:
        pass
    assert str(server.transcript()).endswith("stopped")


def test_an_empty_transcript_says_so() -> None:
    with serve(echo) as server:
        assert str(server.transcript()) == "(nothing happened yet)"


def test_long_data_is_cut_and_its_size_told() -> None:
    with client_of(collector) as (client, server):
        client.sendall(bytes(range(256)) * 4)
        event = server.wait_for("recv")
        assert len(event.data) == 64
        assert "and 984 more" in str(server.transcript())


def test_a_transcript_has_an_end() -> None:
    with client_of(flooder(chunk=1)) as (client, server):
        assert read_exactly(client, 3000)
        server.wait_for("(more happened")
        assert len(server.transcript()) == 2000


def test_wait_for_says_what_there_was_instead() -> None:
    with client_of(echo) as (_client, server):
        server.wait_for("accept")
        with pytest.raises(ServerError, match=r"did not reset within 0\.01 s; its transcript:\n.*accept"):
            server.wait_for("reset", timeout_s=0.01)
