"""``states`` of sockets that belong to the hosts of a ``Network``."""

from __future__ import annotations

import contextlib
import socket

import pytest

from sockets_lab import Network, states
from sockets_lab.network import SYN, drop

OWN_NETWORK = True


@pytest.mark.parametrize("inside", [False, True])
def test_ends_on_two_hosts_are_followed_beyond_their_close(inside: bool) -> None:
    with Network(seed=1) as net:
        with net.host("server"):
            listener = socket.create_server(("0.0.0.0", 8000))
        with net.host("client"):
            client = socket.create_connection((net.host("server").address, 8000))
        conn, _ = listener.accept()
        with net.host("client") if inside else contextlib.nullcontext():
            seen = states(client=client, server=conn)
        listener.close()
        client.close()
        seen.wait_for("FIN_WAIT2")
        conn.close()
        seen.wait_for("TIME_WAIT")
        assert seen.ends[1].visited == ("ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "gone")


def test_a_first_syn_that_is_dropped_leaves_the_socket_in_syn_sent() -> None:
    with Network(seed=1) as net:
        net.wire("client", "server").add(drop(first=SYN))
        with net.host("server"):
            listener = socket.create_server(("0.0.0.0", 8000))
        with net.host("client"):
            client = socket.socket()
        with listener, client:
            client.setblocking(False)
            seen = states(client)
            assert client.connect_ex((net.host("server").address, 8000)) != 0
            seen.look().wait_for("ESTABLISHED", timeout_s=10)
            assert seen.ends[0].visited == ("CLOSE", "SYN_SENT", "ESTABLISHED")
            assert seen.ends[0].path[1].at_s is not None  # it was seen there, not inferred
