"""The stepper in a network of its own, as the lab kernel has it: packets beside the calls, and raw sockets."""

from __future__ import annotations

import ast
import socket

import pytest

from sockets_lab import states, stepper
from sockets_lab.widgets import stepper_packets
from tests.widgets.test_stepper import CONNECTED, LISTENING, do

OWN_NETWORK = True


def test_each_call_has_the_packets_that_it_sent() -> None:
    with stepper("stream") as steps:
        connected = do(steps, f"{LISTENING} client.socket client.connect")
        assert connected.packets == ["client → server: SYN", "server → client: SYN ACK", "client → server: ACK"]
        sent = do(steps, "server.accept client.send")
        assert sent.packets[0] == "client → server: PSH ACK, 21 bytes b'hello from the client'"
        assert do(steps, "client.shutdown").packets[0] == "client → server: FIN ACK"


def test_a_refused_datagram_is_answered_by_the_kernel() -> None:
    with stepper("datagram") as steps:
        sent = do(steps, "client.socket client.connect client.send")
        assert len(sent.packets) == 2
        assert sent.packets[0].endswith("datagram, 21 bytes b'hello from the client'")
        assert sent.packets[1] == "kernel → client: ICMP port unreachable"


def test_packets_of_others_are_not_told() -> None:
    with stepper("stream") as steps, stepper("stream") as other:
        do(steps, CONNECTED)
        do(other, CONNECTED)
        assert all(not step.packets or step.call == "connect" for step in steps.steps)
        assert do(steps, "client.send").packets[0].startswith("client → server")


def test_every_raw_socket_of_a_protocol_gets_each_packet_with_its_ip_header() -> None:
    with stepper("raw") as steps:
        sent = do(steps, "server.socket client.socket client.sendto")
        assert sent.packets == ["127.0.0.1 → 127.0.0.1: IP protocol 253, 21 bytes b'hello from the client'"]
        for end in ("server", "client"):
            received = ast.literal_eval(do(steps, f"{end}.recv").outcome.told)
            assert received.startswith(b"E") and received.endswith(b"hello from the client")
        assert do(steps, "server.recv").outcome.result == "waits"


@pytest.mark.parametrize("call", ["listen", "accept"])
def test_a_raw_socket_has_nothing_to_accept(call: str) -> None:
    with stepper("raw") as steps:
        assert do(steps, f"server.socket server.{call}").outcome.told == "EOPNOTSUPP"


def test_the_states_of_a_raw_socket_are_the_kernels_answers_also_for_a_peer_of_port_0() -> None:
    with stepper("raw") as steps:
        assert do(steps, "client.socket").states == {"client": "UNBOUND"}
        assert do(steps, "client.bind").states == {"client": "BOUND"}
        assert do(steps, "client.connect").states == {"client": "CONNECTED"}
        assert states(steps.names["client"]).ends[0].state == "CONNECTED"
        assert do(steps, "client.close").states == {"client": "gone"}


def test_traffic_of_others_does_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stepper_packets, "ENOUGH_PACKETS", 10)
    with stepper("stream") as steps:
        do(steps, CONNECTED)
        expected = []
        for number in range(5):
            with socket.create_server(("127.0.0.1", 0)) as other:
                socket.create_connection(other.getsockname()).close()
            sent = steps.client.send(b"%d" % number)
            expected.append(f"client → server: PSH ACK, 1 bytes b'{number}'")
            assert sent.packets[0] == expected[-1]
        packets = [packet for step in steps.steps for packet in step.packets]
        assert [packet for packet in packets if "PSH" in packet] == expected
