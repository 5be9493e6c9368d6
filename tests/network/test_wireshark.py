"""Wireshark reads what the wires recorded, under each impairment, and sees in it what we see."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sockets_lab.network import DATA, SYN, Network, corrupt, delay, drop, duplicate
from sockets_lab.observe.packets import Packet, Packets
from tests.network.talking import connection, datagrams, transfer
from tests.observe.wireshark import needs_tshark

OWN_NETWORK = True
FIELDS = """frame.time_epoch frame.len frame.interface_name frame.comment ip.src ip.dst ipv6.src ipv6.dst
    tcp.srcport tcp.dstport tcp.seq_raw tcp.ack_raw tcp.flags tcp.len udp.srcport udp.dstport udp.length
    icmp.type icmpv6.type""".split()
CHANCES: dict[str, Any] = {"loss": 0.1, "duplicate": 0.1, "reorder": 0.1, "corrupt": 0.1, "jitter_s": 0.001}
SCRIPT: dict[str, Any] = {
    "rules": [drop(second=DATA), corrupt(third=DATA), delay(DATA, nth=4, by_s=0.01), duplicate(first=SYN)],
    **{"delay_s": 0.001, "rate_bps": 20_000_000, "queue_bytes": 8_000},
}


@needs_tshark
@pytest.mark.parametrize(
    ("impaired", "causes"),
    [
        (CHANCES, {"loss", "duplication", "reordering", "corruption"}),
        (SCRIPT, {str(rule) for rule in SCRIPT["rules"]} | {"the queue is full"}),
    ],
    ids=["by chance", "by script"],
)
def test_wireshark_sees_the_same_packets(impaired: dict[str, Any], causes: set[str], tmp_path: Path) -> None:
    packets = talk(impaired)
    assert causes <= {packet.fate.cause for packet in packets if packet.fate}
    packets.save(tmp_path / "talk.pcapng")
    asked = [part for field in FIELDS for part in ("-e", field)]
    command = ["tshark", "-n", "-r", str(tmp_path / "talk.pcapng"), "-T", "fields", "-E", "occurrence=f", *asked]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in told.splitlines()]
    assert len(rows) == len(packets)
    for row, packet in zip(rows, packets, strict=True):
        ours = as_wireshark_says(packet)
        # Of an ICMP error Wireshark also tells the packet that it is about.
        assert {field: value for field, value in row.items() if value and (field in ours or not packet.icmp)} == ours
    loaded = Packets.load(tmp_path / "talk.pcapng")
    assert [(one.time_ns, one.frame, one.sender, one.decision) for one in loaded] == [
        (one.time_ns, one.frame, one.sender, one.decision) for one in packets
    ]


def talk(impaired: dict[str, Any]) -> Packets:
    """TCP, UDP and ICMP over both versions of IP; the packets."""
    with Network(seed=4, **impaired) as net:
        for family in (socket.AF_INET, socket.AF_INET6):
            with connection(net, family=family) as (client, server):
                transfer(client, server, 1 << 15)
            with datagrams(net, family=family) as (sender, receiver):
                for _ in range(10):
                    sender.send(b"hello")
                net.settle()
                receiver.close()
                sender.send(b"anybody?")  # and the answer, that nobody is
        net.settle()
        assert net.losses() == []
        return net.packets()


def as_wireshark_says(packet: Packet) -> dict[str, str]:
    version = "ipv6" if ":" in packet.source else "ip"
    told = {
        "frame.time_epoch": f"{packet.time_ns // 10**9}.{packet.time_ns % 10**9:09}",
        "frame.len": len(packet.frame),
        "frame.interface_name": f"{packet.sender} to {packet.receiver}",
        "frame.comment": packet.decision,
        f"{version}.src": packet.source,
        f"{version}.dst": packet.destination,
    }
    if packet.tcp:
        tcp = packet.tcp
        told |= {"tcp.srcport": tcp.source_port, "tcp.dstport": tcp.destination_port, "tcp.seq_raw": tcp.seq}
        told |= {"tcp.ack_raw": tcp.ack, "tcp.flags": f"0x{tcp.flags:04x}", "tcp.len": len(packet.payload)}
    if packet.udp:
        udp = packet.udp
        told |= {"udp.srcport": udp.source_port, "udp.dstport": udp.destination_port}
        told |= {"udp.length": len(packet.payload) + 8}
    if packet.icmp:
        told |= {"icmp.type" if packet.icmp.version == 4 else "icmpv6.type": packet.icmp.type}
    return {field: str(value) for field, value in told.items()}
