"""Packets of one socket, as the kernel counts them."""

from __future__ import annotations

import socket

import pytest

from sockets_lab.observe import packet_counts


def test_a_new_socket_has_sent_and_received_nothing() -> None:
    with socket.socket() as sock:
        assert str(packet_counts(sock)) == "0 sent, 0 received"


def test_a_handshake_is_two_packets_out_and_one_in_for_the_client() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as sock:
        sock.connect(listener.getsockname())
        counts = packet_counts(sock)
        assert (counts.sent, counts.received) == (2, 1)


def test_what_is_not_an_open_tcp_socket_is_refused() -> None:
    with pytest.raises(TypeError, match="takes a socket, not 3"):
        packet_counts(3)  # type: ignore[arg-type]
    with socket.socket(type=socket.SOCK_DGRAM) as udp, pytest.raises(OSError):
        packet_counts(udp)
    udp.close()
    with pytest.raises(OSError):
        packet_counts(udp)
