from __future__ import annotations

import socket
from pathlib import Path

import pytest

from sockets_lab import black_hole, echo, serve, socket_state, wait_for_state
from sockets_lab.observe import SocketState


def test_a_new_socket_has_no_address_and_no_connection() -> None:
    with socket.socket() as sock:
        state = socket_state(sock)
    assert (state.family, state.type) == ("AF_INET (IPv4)", "SOCK_STREAM (TCP)")
    assert (state.state, state.local, state.peer) == ("CLOSE", "none", "none")


def test_a_closed_socket_is_said_to_be_closed() -> None:
    sock = socket.socket()
    sock.close()
    assert str(socket_state(sock)) == "closed: there is no descriptor, and nothing behind it"


def test_a_listener_shows_its_queue_and_its_backlog() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=3) as listener:
        clients = [socket.create_connection(listener.getsockname()) for _ in range(2)]
        state = socket_state(listener)
        for client in clients:
            client.close()
    assert (state.state, state.waiting, state.backlog) == ("LISTEN", 2, 3)
    assert "accept queue:   2 waiting, backlog 3" in str(state)
    assert "peer" not in str(state)


def test_both_ends_of_a_connection_name_each_other() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0] as accepted,
    ):
        ours, theirs = socket_state(client), socket_state(accepted)
    assert ours.state == theirs.state == "ESTABLISHED"
    assert (ours.local, ours.peer) == (theirs.peer, theirs.local)


def test_bytes_that_nobody_has_read_are_counted() -> None:
    with serve(echo) as server, socket.create_connection(server.address) as sock:
        sock.sendall(b"hello")
        assert sock.recv(1, socket.MSG_PEEK) == b"h"
        state = socket_state(sock)
    assert state.unread_bytes == 5
    assert "unread:         5 bytes" in str(state)


def test_a_connect_without_an_answer_is_in_syn_sent() -> None:
    with serve(black_hole) as server, socket.socket() as sock:
        sock.setblocking(False)
        sock.connect_ex(server.address)
        state = socket_state(sock)
    assert (state.state, state.peer) == ("SYN_SENT", "none")


def test_a_half_closed_connection_is_in_fin_wait2() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0],
    ):
        client.shutdown(socket.SHUT_WR)
        wait_for_state(client.getsockname(), "FIN_WAIT2")
        assert socket_state(client).state == "FIN_WAIT2"


@pytest.mark.parametrize(
    ("family", "kind", "words"),
    [
        (socket.AF_INET, socket.SOCK_DGRAM, ("AF_INET (IPv4)", "SOCK_DGRAM (UDP)")),
        (socket.AF_UNIX, socket.SOCK_SEQPACKET, ("AF_UNIX (within this machine)", "SOCK_SEQPACKET")),
        (socket.AF_UNIX, socket.SOCK_STREAM, ("AF_UNIX (within this machine)", "SOCK_STREAM")),
    ],
)
def test_other_types_have_no_tcp_state(family: int, kind: int, words: tuple[str, str]) -> None:
    with socket.socket(family, kind) as sock:
        state = socket_state(sock)
    assert (state.family, state.type) == words
    assert state.state == ""


def test_a_unix_listener_is_a_listener_and_shows_its_path(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        state = socket_state(listener)
    assert (state.state, state.local) == ("LISTEN", str(tmp_path / "s"))


def test_it_is_shown_alike_with_and_without_print() -> None:
    state = SocketState("AF_INET (IPv4)", "SOCK_STREAM (TCP)", "CLOSE", "none", "none")
    assert repr(state) == str(state)


def test_what_is_no_socket_is_refused_in_one_sentence() -> None:
    with pytest.raises(TypeError, match="socket_state takes a socket, not 5"):
        socket_state(5)  # type: ignore[arg-type]
