from __future__ import annotations

from dataclasses import replace

from sockets_lab.observe.decode import Layers, decode
from sockets_lab.observe.decode_headers import ACK, FIN, PSH, SYN, Tcp, TcpOptions
from sockets_lab.observe.packets import Packet, Packets
from sockets_lab.observe.packets_fate import Fate
from sockets_lab.observe.packets_flows import FlowTracker
from tests.observe.frames import FRAMES, ethernet, ipv4, tcp, with_checksum

A, B = ("10.0.0.1", 4000), ("10.0.0.2", 80)


def segment(flags: int, seq: int, ack: int = 0) -> Tcp:
    return Tcp(1, 2, seq % 2**32, ack % 2**32, flags, 0, 0, 0, 20, TcpOptions())


def test_numbers_are_counted_from_the_first_and_repeats_are_noticed() -> None:
    tracker = FlowTracker()
    start = 2**32 - 2  # wraps around
    told = [
        tracker.place(A, B, segment(SYN, start), 0),
        tracker.place(A, B, segment(SYN, start), 0),
        tracker.place(B, A, segment(SYN | ACK, 500, start + 1), 0),
        tracker.place(A, B, segment(ACK, start + 1, 501), 0),
        tracker.place(A, B, segment(PSH | ACK, start + 1, 501), 10),
        tracker.place(A, B, segment(PSH | ACK, start + 11, 501), 10),
        tracker.place(A, B, segment(PSH | ACK, start + 1, 501), 10),
        tracker.place(A, B, segment(FIN | ACK, start + 21, 501), 0),
        tracker.place(B, A, segment(ACK, 501, start + 22), 0),
    ]
    assert [(one.flow, one.seq, one.ack, one.repeats) for one in told] == [
        (0, 0, None, False),
        (0, 0, None, True),
        (0, 0, 1, False),
        (0, 1, 1, False),
        (0, 1, 1, False),
        (0, 11, 1, False),
        (0, 1, 1, True),
        (0, 21, 1, False),
        (0, 1, 22, False),
    ]
    assert tracker.place(A, B, segment(SYN, 9), 0).flow == 1


def test_segments_that_overtook_each_other_are_no_repeats() -> None:
    tracker = FlowTracker()
    tracker.place(A, B, segment(SYN, 0), 0)
    told = [tracker.place(A, B, segment(ACK, seq, 1), 10) for seq in (1, 31, 21, 11, 21, 41)]
    assert [one.repeats for one in told] == [False, False, False, False, True, False]


def test_the_table_shows_flags_numbers_lengths_and_decisions() -> None:
    first = Packet(0, FRAMES["SYN with options"], sender="client", receiver="server")
    again = replace(first, time_ns=1_000_000_000, fate=Fate(1_000_250_000))
    lost = replace(first, fate=Fate(dropped=True, cause="drop(first=SYN)"))
    names = {"10.0.0.1": "client", "10.0.0.2": "server"}
    text = str(Packets([lost, again], names=names, warnings=["one more was lost"]))
    head, dropped, arrived, warning = text.splitlines()
    assert head.split() == "# ms from > to packet what the wire did".split()
    assert "client:43210 > server:8080  TCP  SYN     seq 0 mss 1460  " in dropped
    assert dropped.endswith("  dropped: drop(first=SYN)")
    assert arrived.endswith("TCP  SYN     seq 0 mss 1460, repeats #1  arrived after 0.250 ms")
    assert [line.split()[1] for line in (dropped, arrived)] == ["0.000", "1000.000"]
    assert warning == "one more was lost"


def test_the_table_reads_well_for_every_kind() -> None:
    lines = str(Packets(Packet(0, frame) for frame in FRAMES.values())).splitlines()[1:]
    told = {name: line.split("  ", 1)[1].strip() for name, line in zip(FRAMES, lines, strict=True)}
    for name, part in {
        "ACK with SACK": "seq 0 ack 1 sack 1-1001",
        "data": "PSH ACK seq 1 ack 1 12 bytes",
        "datagram": "10.0.0.1:4000 > 10.0.0.2:53",
        "datagram over IPv6": "[fd00::1]:4000 > [fd00::2]:54",
        "echo request": "echo request id 99 seq 3, 12 bytes",
        "port unreachable": "port unreachable",
        "a later fragment": "12 bytes, fragment at 1480",
        "ARP": "who has 10.0.0.2?",
    }.items():
        assert part in told[name], told[name]


def test_copies_that_a_wire_made_are_no_repeats() -> None:
    frame = ethernet(0x0800, ipv4(6, with_checksum(6, tcp(24, payload=b"x"), 16)))
    packets = Packets([Packet(0, frame, fate=Fate(1)), Packet(0, frame, fate=Fate(1, copy=True))])
    first, copy = packets.flows()
    assert first is not None and not first.repeats
    assert copy is None


def test_a_choice_and_a_slice_keep_names_and_warnings() -> None:
    packets = Packets([Packet(0, frame) for frame in FRAMES.values()], names={"a": "b"}, warnings=["lost"])
    chosen = packets.where(lambda packet: packet.udp)
    assert len(chosen) == 3
    assert (chosen.names, packets[:2].warnings, len(packets[:2])) == ({"a": "b"}, ["lost"], 2)
    assert str(Packets(warnings=["lost"])) == "no packets\nlost"


def test_layers_are_plain_values() -> None:
    assert isinstance(decode(FRAMES["data"]), Layers)
    assert decode(FRAMES["data"]) == decode(FRAMES["data"])
