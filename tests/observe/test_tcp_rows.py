"""A connection's row in the kernel's table, found by its addresses."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from sockets_lab.observe.tcp_rows import Pair, TcpRow, TcpTable

Wait = Callable[[Callable[[], object], str], None]
HOSTS = pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])


def tcp_row(pair: Pair) -> TcpRow | None:
    return TcpTable().row(pair)


def state_of(pair: Pair) -> str:
    row = tcp_row(pair)
    return row.state if row else ""


@HOSTS
def test_both_ends_are_found_and_time_wait_has_its_remaining_seconds(
    family: socket.AddressFamily, host: str, wait_until: Wait
) -> None:
    with socket.create_server((host, 0), family=family) as listener:
        client = socket.create_connection(listener.getsockname()[:2])
        here, there = client.getsockname()[:2], client.getpeername()[:2]
        assert (tcp_row((here, there)), tcp_row((there, here))) == (TcpRow("ESTABLISHED"), TcpRow("ESTABLISHED"))
        conn, _ = listener.accept()
        client.close()
        wait_until(lambda: state_of((here, there)) == "FIN_WAIT2", "FIN_WAIT2")
        assert state_of((there, here)) == "CLOSE_WAIT"
        conn.close()
        wait_until(lambda: state_of((here, there)) == "TIME_WAIT", "TIME_WAIT")
        row = tcp_row((here, there))
        assert row is not None and row.left_s is not None and 0 < row.left_s <= 60
        # The kernel would answer with the listener, which is another socket.
        assert tcp_row((there, here)) is None


def test_where_netlink_is_refused_the_table_is_read_in_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: int) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(socket, "socket", refused)
        table = TcpTable()
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
    ):
        assert table.row((client.getsockname(), client.getpeername())) == TcpRow("ESTABLISHED")
        assert table.row((client.getsockname(), ("127.0.0.1", 1))) is None
