from __future__ import annotations

import socket
from collections import Counter
from typing import Any

import pytest

from sockets_lab.network import Network
from tests.network.talking import connection, datagrams, transfer

OWN_NETWORK = True
MIX: dict[str, Any] = {"loss": 0.2, "duplicate": 0.2, "reorder": 0.2, "corrupt": 0.1}
MIX |= {"delay_s": 0.002, "jitter_s": 0.001}
SENSELESS: list[dict[str, Any]] = [{"loss": 2}, {"delay_s": -1}, {"rate_bps": 0}, {"queue_bytes": -1}]


def decisions(seed: int, **impairments: Any) -> list[tuple[Any, ...]]:
    """What a wire does to a hundred datagrams, times aside."""
    with Network(seed=seed, **impairments) as net:
        with datagrams(net) as (sender, _):
            for number in range(100):
                sender.send(b"%d" % number)
        net.settle()
        packets = net.packets()
    fates = [(packet.payload, packet.fate) for packet in packets if packet.udp]
    return [(data, one.dropped, one.copy, one.overtaken, one.corrupted_at, one.cause) for data, one in fates if one]


def test_the_same_seed_makes_the_same_decisions_and_another_one_others() -> None:
    first = decisions(7, **MIX)
    assert decisions(7, **MIX) == first
    assert decisions(8, **MIX) != first
    causes = Counter(cause for *_, cause in first)
    assert set(causes) == {"", "loss", "duplication", "reordering", "corruption"}


def test_one_impairment_more_does_not_move_the_others() -> None:
    alone = {data for data, dropped, *_ in decisions(7, loss=0.2) if dropped}
    beside = {data for data, dropped, *_ in decisions(7, loss=0.2, duplicate=0.5, corrupt=0.5) if dropped}
    assert 5 < len(alone) < 40
    assert beside == alone


def test_a_request_and_its_response_over_tcp_replay_too() -> None:
    def run() -> list[tuple[Any, ...]]:
        with Network(seed=3, loss=0.1) as net:
            with connection(net) as (client, server):
                for _ in range(15):
                    client.sendall(b"ask")
                    server.recv(10)
                    server.sendall(b"answer")
                    client.recv(10)
            net.settle(quiet_s=0.02)
            packets = net.packets()
        sent = zip(packets, packets.flows(), strict=True)
        # Acknowledgements and repeats come or not, as the moment has it; each piece of data comes for the first time.
        first = [(one, flow) for one, flow in sent if flow and one.payload and not flow.repeats]
        return [(one.sender, flow.seq, one.payload, one.dropped) for one, flow in first]

    assert run() == run()


def test_a_lossy_wire_does_not_keep_tcp_from_delivering() -> None:
    with Network(seed=5, loss=0.02, duplicate=0.02, reorder=0.05, corrupt=0.01) as net:
        with connection(net) as (client, server):
            transfer(client, server, 1 << 18)
        packets = net.packets()
        assert {packet.fate.cause for packet in packets if packet.fate} >= {"loss", "duplication", "reordering"}
        assert net.losses() == []


def test_a_delay_is_never_shorter_than_asked() -> None:
    with Network(seed=1, delay_s=0.01) as net:
        with datagrams(net) as (sender, receiver):
            for _ in range(5):
                sender.send(b"x")
                receiver.recv(10)
        ways = [(one.fate.arrived_ns - one.time_ns) / 1e6 for one in net.packets() if one.fate and one.fate.arrived_ns]
    assert len(ways) == 5
    assert all(way >= 10 for way in ways)


def test_jitter_changes_times_and_not_the_order() -> None:
    with Network(seed=1, delay_s=0.005, jitter_s=0.005) as net, datagrams(net) as (sender, receiver):
        for _ in range(10):
            words = [b"%d" % number for number in range(100)]
            for word in words:
                sender.send(word)
            assert [receiver.recv(10) for _ in words] == words


def test_a_rate_spaces_packets_and_a_full_queue_drops_them() -> None:
    with Network(seed=1, rate_bps=1_000_000, queue_bytes=5_000) as net, datagrams(net) as (sender, receiver):
        for _ in range(10):
            sender.send(bytes(958))  # 1,000 bytes a frame: 8 ms each
        net.settle()
        packets = net.packets()
        passed = [packet for packet in packets if not packet.dropped]
        assert [packet.fate.cause for packet in packets if packet.fate and packet.dropped] == ["the queue is full"] * (
            10 - len(passed)
        )
        assert 5 <= len(passed) < 10
        took_ms = (max(one.fate.arrived_ns or 0 for one in passed if one.fate) - packets[0].time_ns) / 1e6
        assert took_ms >= 8 * len(passed)
        assert len([receiver.recv(1000) for _ in passed]) == len(passed)


def test_what_waits_under_a_rate_takes_no_more_room_in_the_queue_when_the_rate_is_raised() -> None:
    with Network(seed=1, rate_bps=100_000, queue_bytes=5_000) as net, datagrams(net) as (sender, receiver):
        for _ in range(3):
            sender.send(bytes(958))  # 1,000 bytes a frame: 80 ms each
        net.wire().impair(rate_bps=10_000_000)
        sender.send(b"last")
        assert [len(receiver.recv(1000)) for _ in range(4)] == [958, 958, 958, 4]
        assert not [packet for packet in net.packets() if packet.dropped]


def test_a_cut_stops_one_direction_or_both_until_mended() -> None:
    with Network(seed=1) as net, datagrams(net) as (sender, receiver):
        net.wire().cut(sent_by="server")
        sender.send(b"there")
        data, address = receiver.recvfrom(10)
        receiver.sendto(b"back", address)
        assert net.wait_for(lambda packet: packet.payload == b"back")[0].decision == "dropped: cut"
        net.wire().cut()
        sender.send(b"lost")
        net.wire().mend()
        sender.send(b"again")
        assert (data, receiver.recv(10)) == (b"there", b"again")


def test_what_is_changed_holds_for_the_next_packet_and_the_rest_stays() -> None:
    with Network(seed=1, delay_s=0.001) as net, datagrams(net) as (sender, receiver):
        wire = net.wire()
        wire.impair(loss=1.0, sent_by="client")
        assert wire.impairments(sent_by="client").delay_s == 0.001
        assert wire.impairments(sent_by="server").loss == 0
        sender.send(b"lost")
        wire.impair(loss=0.0)
        sender.send(b"found")
        assert receiver.recv(10) == b"found"
        assert repr(wire) == "<wire client - server: delay_s=0.001>"


@pytest.mark.parametrize("wrong", SENSELESS, ids=str)
def test_what_makes_no_sense_is_refused_and_nothing_changes(wrong: dict[str, Any]) -> None:
    with Network(seed=1) as net:
        with pytest.raises(ValueError, match=next(iter(wrong))):
            net.wire().impair(**wrong)
        assert repr(net.wire()) == "<wire client - server: passes everything on at once>"
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Network(**wrong)


def test_an_ordinary_mtu_is_kept_and_another_one_can_be_had() -> None:
    with Network(seed=1, mtu=1280) as net, datagrams(net, family=socket.AF_INET6) as (sender, receiver):
        sender.send(bytes(2000))
        assert len(receiver.recv(3000)) == 2000
        assert [len(packet.frame) for packet in net.packets()] == [1294, 838]
