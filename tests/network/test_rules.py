from __future__ import annotations

import random
import socket
import struct
from typing import Any

import pytest

from sockets_lab.network import ACK, DATA, FIN, ICMP, SYN, SYN_ACK, UDP, Network, corrupt, delay, drop, duplicate, hold
from sockets_lab.network.forwarder.flows import Flows, Glance
from sockets_lab.network.forwarder.rules_in_force import RuleInForce
from sockets_lab.network.rules import Rule
from tests.network.talking import connection, datagrams

OWN_NETWORK = True


def segment(flags: str, seq: int, ack: int = 0, payload: bytes = b"", *, back: bool = False) -> bytes:
    """A frame from the client to the server, or back."""
    bits = sum(1 << "FSRPA".index(flag) for flag in flags)
    ends = [(b"\x0a\0\0\x01", 4000), (b"\x0a\0\0\x02", 80)]
    (source, sport), (destination, dport) = reversed(ends) if back else ends
    tcp = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, bits, 1000, 0, 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, source, destination)
    return bytes(12) + b"\x08\x00" + ip + tcp


def datagram(payload: bytes) -> bytes:
    udp = struct.pack("!HHHH", 4000, 53, 8 + len(payload), 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x0a\0\0\x01", b"\x0a\0\0\x02")
    return bytes(12) + b"\x08\x00" + ip + udp


def concerned(rule: Rule, frames: list[bytes], hosts: list[str] | None = None) -> list[int]:
    """The numbers of the frames that a rule speaks of."""
    flows, one = Flows(), RuleInForce(rule.as_data(), 32)
    told = []
    for at, frame in enumerate(frames):
        host = hosts[at] if hosts else "client"
        if one.concerns(flows.glance(frame), frame, 0 if host == "client" else 1, host):
            told.append(at)
    return told


CONVERSATION = [
    segment("S", 100),
    segment("SA", 900, 101, back=True),
    segment("A", 101, 901),
    segment("PA", 101, 901, b"one"),
    segment("PA", 104, 901, b"two"),
    segment("PA", 104, 901, b"two"),  # sent again
    segment("PA", 107, 901, b"three"),
    segment("PA", 104, 901, b"two"),  # and again
    segment("FA", 112, 901),
]


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        (drop(first=SYN), [0]),
        (drop(first=SYN_ACK), [1]),
        (drop(first=ACK), [2]),
        (drop(second=DATA), [4]),
        (drop(third=DATA), [6]),  # a repeat is not another segment
        (drop(second=DATA, times=2), [4, 5]),
        (drop(DATA, nth=2, times=3), [4, 5, 7]),
        (drop(every=DATA), [3, 4, 5, 6, 7]),
        (drop(first=FIN), [8]),
        (drop(first=DATA.containing(b"hre")), [6]),
        (drop(first=DATA.of_port(81)), []),
        (drop(DATA.of_port(80), nth=3), [6]),
        (drop(first=UDP), []),
    ],
    ids=str,
)
def test_a_rule_speaks_of_the_packets_that_it_names(rule: Rule, meant: list[int]) -> None:
    assert concerned(rule, CONVERSATION) == meant


def test_datagrams_have_no_repeats_so_times_counts_on() -> None:
    frames = [datagram(b"same")] * 5
    assert concerned(drop(second=UDP, times=2), frames) == [1, 2]


def test_a_rule_for_one_host_passes_over_the_others_packets() -> None:
    hosts = ["client", "server", *["client"] * 7]
    assert concerned(drop(every=SYN_ACK.from_host("client")), CONVERSATION, hosts) == []
    assert concerned(drop(every=SYN_ACK.from_host("server")), CONVERSATION, hosts) == [1]


def test_a_glance_counts_from_the_connections_first_numbers() -> None:
    flows = Flows()
    seen = [flows.glance(frame) for frame in CONVERSATION]
    told = [(one.flow, one.seq, one.ack, one.payload_bytes, one.transmission) for one in seen]
    assert told[:3] == [(0, 0, 0, 0, 0), (0, 0, 1, 0, 0), (0, 1, 1, 0, 0)]
    assert told[3:6] == [(0, 1, 1, 3, 0), (0, 4, 1, 3, 0), (0, 4, 1, 3, 1)]
    assert flows.glance(segment("S", 7777)).flow == 1


def test_no_bytes_whatever_upset_a_glance() -> None:
    chance = random.Random(1)
    for size in range(80):
        for head in (b"\x08\x00\x45", b"\x08\x00\x4f", b"\x86\xdd\x60", b""):
            frame = (bytes(12) + head + chance.randbytes(80))[:size]
            assert isinstance(Flows().glance(frame), Glance)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (drop(first=SYN), "drop(first=SYN)"),
        (drop(DATA, nth=5, times=2), "drop(DATA, nth=5, times=2)"),
        (delay(every=ACK, by_s=0.1), "delay(every=ACK, by_s=0.1)"),
        (hold(third=DATA.from_host("client"), behind=2), "hold(third=DATA.from_host('client'), behind=2)"),
        (duplicate(first=UDP.of_port(53).containing(b"a")), "duplicate(first=UDP.of_port(53).containing(b'a'))"),
        (corrupt(second=ICMP), "corrupt(second=ICMP)"),
    ],
)
def test_a_rule_reads_as_it_is_written(rule: Rule, text: str) -> None:
    assert repr(rule) == text
    assert eval(text) == rule


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: drop(), TypeError),
        (lambda: drop(SYN, first=SYN), TypeError),
        (lambda: drop(fourth=SYN), TypeError),
        (lambda: drop("SYN"), TypeError),
        (lambda: drop(nth=3), TypeError),
        (lambda: drop(SYN, nth=0), ValueError),
        (lambda: drop(first=SYN, times=0), ValueError),
        (lambda: delay(first=SYN, by_s=-1), ValueError),
        (lambda: hold(first=SYN, behind=0), ValueError),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(wrong: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        wrong()


def test_the_first_syn_dropped_costs_one_retransmission() -> None:
    with Network(seed=1, rules=[drop(first=SYN)]) as net:
        with connection(net):
            pass
        syns = [packet for packet in net.packets() if packet.tcp and packet.tcp.flag_names == "SYN"]
    assert [packet.dropped for packet in syns][:2] == [True, False]
    assert syns[0].decision == "dropped: drop(first=SYN)"


def test_what_a_rule_drops_duplicates_or_corrupts_is_seen_by_the_receiver() -> None:
    rules = [drop(first=UDP), duplicate(second=UDP), corrupt(third=UDP), hold(UDP, nth=4)]
    with Network(seed=1, rules=rules) as net:
        with datagrams(net) as (sender, receiver):
            for number in range(1, 7):
                sender.send(b"%d" % number)
            got = [receiver.recv(10) for _ in range(5)]
        packets = net.packets()
    assert got == [b"2", b"2", b"5", b"4", b"6"]  # the third's checksum is wrong: the host's kernel drops it
    fates = [packet.fate for packet in packets if packet.fate]
    assert [(fate.dropped, fate.copy, fate.overtaken, fate.corrupted_at is not None) for fate in fates] == [
        (True, False, False, False),
        (False, False, False, False),
        (False, True, False, False),
        (False, False, False, True),
        (False, False, True, False),
        (False, False, False, False),
        (False, False, False, False),
    ]
    assert fates[3].corrupted_at == 42  # the only byte of payload


def test_a_rule_may_come_and_go_while_the_wire_runs() -> None:
    with Network(seed=1) as net, datagrams(net) as (sender, receiver):
        net.wire().add(drop(every=UDP))
        sender.send(b"lost")
        net.wire().remove_rules()
        sender.send(b"found")
        assert receiver.recv(10) == b"found"
        assert net.wire().rules == []
        with pytest.raises(ValueError, match="there is no 'router' at it"):
            net.wire().add(drop(first=UDP.from_host("router")))
        with pytest.raises(TypeError, match="takes rules such as drop"):
            net.wire().add("drop the first")  # type: ignore[arg-type]


def test_a_hold_that_nothing_passes_ends_by_itself() -> None:
    with Network(seed=1, rules=[hold(first=UDP)]) as net, datagrams(net) as (sender, receiver):
        sender.send(b"alone")
        assert receiver.recv(10) == b"alone"


def test_a_delay_by_rule_lets_others_pass() -> None:
    with Network(seed=1, rules=[delay(first=UDP, by_s=0.05)]) as net, datagrams(net) as (sender, receiver):
        sender.send(b"slow")
        sender.send(b"fast")
        assert [receiver.recv(10), receiver.recv(10)] == [b"fast", b"slow"]


def test_a_dropped_datagram_over_ipv6_too() -> None:
    with Network(seed=1, rules=[drop(first=UDP)]) as net, datagrams(net, family=socket.AF_INET6) as (sender, receiver):
        sender.send(b"lost")
        sender.send(b"found")
        assert receiver.recv(10) == b"found"
