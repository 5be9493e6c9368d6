from __future__ import annotations

import socket

import pytest

from sockets_lab import connections, serve, silent, wait_for_state
from sockets_lab.observe import Connection, StateTimeout

OWN_NETWORK = True  # in the machine's, connections of other tests may have the same local port, to other peers


def test_the_listener_comes_first_then_its_side_then_the_client() -> None:
    with serve(silent) as server, socket.create_connection(server.address) as sock:
        sock.shutdown(socket.SHUT_WR)
        wait_for_state(sock.getsockname(), "FIN_WAIT2")
        ours, theirs = sock.getsockname(), server.address
        rows = connections(server.address[1])
    assert rows == [
        Connection("LISTEN", theirs, None),
        Connection("CLOSE_WAIT", theirs, ours),
        Connection("FIN_WAIT2", ours, theirs),
    ]
    assert str(rows).splitlines()[1].split() == ["LISTEN", f"127.0.0.1:{theirs[1]}", "anybody"]
    assert repr(rows) == str(rows)


def test_a_connection_outlives_its_socket_in_time_wait() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, address = listener.accept()
        client.close()
        accepted.close()
        row = wait_for_state(address, "TIME_WAIT")
    assert row.peer == ("127.0.0.1", port)
    assert row in connections(port)


def test_an_ipv6_address_stands_in_brackets() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        port = listener.getsockname()[1]
        assert f"[::1]:{port}" in str(connections(port))


def test_a_port_that_nobody_uses_has_no_connections() -> None:
    assert str(connections(20_000)) == "none"


@pytest.mark.parametrize("port", [0, 65536, "80", None])
def test_what_is_no_port_is_refused_in_one_sentence(port: object) -> None:
    with pytest.raises(ValueError, match="connections takes a port"):
        connections(port)  # type: ignore[arg-type]


def test_waiting_in_vain_says_what_was_seen_instead() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(StateTimeout, match=r"was not in TIME_WAIT within 0.05 s; seen: LISTEN"),
    ):
        wait_for_state(listener.getsockname(), "TIME_WAIT", timeout_s=0.05)


def test_a_state_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ValueError, match="there is no TCP state 'OPEN'; there are CLOSE, LISTEN"):
        wait_for_state(("127.0.0.1", 1), "OPEN")
