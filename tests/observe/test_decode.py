from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sockets_lab.observe.decode import decode, tcp_options
from sockets_lab.observe.decode_headers import Arp, Icmp, Ipv4, Ipv6, Tcp, TcpOptions, Udp
from sockets_lab.observe.packets import Packet, Packets
from tests.observe.frames import FRAMES, PAYLOAD, SACK_OPTIONS, SYN_OPTIONS
from tests.observe.wireshark import needs_tshark

FIELDS = [
    "frame.time_epoch",
    "frame.len",
    "eth.src",
    "vlan.id",
    "ip.src",
    "ip.dst",
    "ip.ttl",
    "ip.id",
    "ip.frag_offset",
]
FIELDS += ["ipv6.src", "ipv6.dst", "ipv6.hlim", "ipv6.flow", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw"]
FIELDS += ["tcp.flags", "tcp.window_size_value", "tcp.hdr_len", "tcp.len", "tcp.options.mss_val"]
FIELDS += ["tcp.options.wscale.shift", "tcp.options.timestamp.tsval", "tcp.options.sack_le", "tcp.options.sack_re"]
FIELDS += ["udp.srcport", "udp.dstport", "udp.length", "icmp.type", "icmp.code", "icmp.ident", "icmp.seq"]
FIELDS += ["icmpv6.type", "icmpv6.code", "icmpv6.echo.identifier", "arp.src.proto_ipv4", "arp.dst.proto_ipv4"]


def as_tshark_tells(path: Path) -> list[dict[str, str]]:
    """Wireshark's own decoding, a dictionary a packet."""
    command = ["tshark", "-r", str(path), "-n", "-T", "fields", "-E", "separator=|", "-E", "occurrence=f"]
    command += ["-o", "tcp.relative_sequence_numbers:false", "-o", "ip.defragment:false", "-o", "ipv6.defragment:false"]
    for name in FIELDS:
        command += ["-e", name]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [dict(zip(FIELDS, line.split("|"), strict=True)) for line in told.splitlines()]


def as_we_tell(packet: Packet) -> dict[str, str]:
    """The same of our decoding."""
    told = dict.fromkeys(FIELDS, "")
    seconds, rest = divmod(packet.time_ns, 1_000_000_000)
    told |= {"frame.time_epoch": f"{seconds}.{rest:09}", "frame.len": str(len(packet.frame))}
    link = packet.layers.link
    assert link is not None
    told |= {"eth.src": link.source, "vlan.id": "" if link.vlan is None else str(link.vlan)}
    match packet.network:
        case Ipv4() as ip:
            told |= {"ip.src": ip.source, "ip.dst": ip.destination, "ip.ttl": str(ip.ttl)}
            told |= {"ip.id": f"0x{ip.identification:04x}", "ip.frag_offset": str(ip.fragment_offset // 8)}
        case Ipv6() as ip:
            told |= {"ipv6.src": ip.source, "ipv6.dst": ip.destination, "ipv6.hlim": str(ip.hop_limit)}
            told |= {"ipv6.flow": f"0x{ip.flow_label:06x}"}
        case Arp() as arp:
            told |= {"arp.src.proto_ipv4": arp.sender_ip, "arp.dst.proto_ipv4": arp.target_ip}
    match packet.transport:
        case Tcp() as tcp:
            told |= {"tcp.srcport": str(tcp.source_port), "tcp.dstport": str(tcp.destination_port)}
            told |= {"tcp.seq_raw": str(tcp.seq), "tcp.ack_raw": str(tcp.ack), "tcp.flags": f"0x{tcp.flags:04x}"}
            told |= {"tcp.window_size_value": str(tcp.window), "tcp.hdr_len": str(tcp.header_bytes)}
            told |= {"tcp.len": str(len(packet.payload))} | _options(tcp.options)
        case Udp() as udp:
            told |= {"udp.srcport": str(udp.source_port), "udp.dstport": str(udp.destination_port)}
            told |= {"udp.length": str(udp.length)}
        case Icmp(version=4) as icmp:
            told |= {"icmp.type": str(icmp.type), "icmp.code": str(icmp.code)}
            if icmp.identifier is not None:
                told |= {"icmp.ident": str(icmp.identifier), "icmp.seq": str(icmp.sequence)}
        case Icmp() as icmp:
            told |= {"icmpv6.type": str(icmp.type), "icmpv6.code": str(icmp.code)}
            told |= {"icmpv6.echo.identifier": f"0x{icmp.identifier:04x}"}
    return told


def _options(options: TcpOptions) -> dict[str, str]:
    told = {}
    if options.mss is not None:
        told["tcp.options.mss_val"] = str(options.mss)
    if options.window_scale is not None:
        told["tcp.options.wscale.shift"] = str(options.window_scale)
    if options.timestamps is not None:
        told["tcp.options.timestamp.tsval"] = str(options.timestamps[0])
    if options.sack:
        told["tcp.options.sack_le"], told["tcp.options.sack_re"] = map(str, options.sack[0])
    return told


@needs_tshark
def test_wireshark_reads_the_same_fields(tmp_path: Path) -> None:
    packets = Packets(Packet(1_700_000_000_123_456_789 + at, frame) for at, frame in enumerate(FRAMES.values()))
    packets.save(tmp_path / "frames.pcapng")
    theirs = as_tshark_tells(tmp_path / "frames.pcapng")
    quoted = list(FRAMES).index("port unreachable")  # tshark also tells the fields of the datagram that it quotes
    for name in ("udp.srcport", "udp.dstport", "udp.length"):
        theirs[quoted][name] = ""
    for name, packet, told in zip(FRAMES, packets, theirs, strict=True):
        assert as_we_tell(packet) == told, name


def test_the_payload_is_told_without_the_links_padding() -> None:
    assert decode(FRAMES["padded ACK"]).payload == b""
    assert decode(FRAMES["data"]).payload == PAYLOAD
    assert decode(FRAMES["datagram over IPv6"]).payload == PAYLOAD
    assert decode(FRAMES["a later fragment"]).payload == PAYLOAD


def test_options_are_read_and_malformed_ones_end_them() -> None:
    assert tcp_options(SYN_OPTIONS) == TcpOptions(1460, 7, True, (), (1, 0))
    assert tcp_options(SACK_OPTIONS) == TcpOptions(sack=((2000, 3000),), timestamps=(5, 6))
    assert tcp_options(b"\x02\x04\x05\xb4\xfe\x04ab\x02\x00") == TcpOptions(mss=1460, unknown=(254,))
    assert tcp_options(b"\x01\x03") == TcpOptions()
    assert tcp_options(b"\x00\x02\x04\x05\xb4") == TcpOptions()


@pytest.mark.parametrize("link_type", [0, 1, 101, 113, 276])
@given(data=st.binary(max_size=120))
@settings(max_examples=60, deadline=None)
def test_no_bytes_whatever_raise(link_type: int, data: bytes) -> None:
    decode(data, link_type)


@given(st.sampled_from(sorted(FRAMES)), st.integers(0, 120), st.integers(0, 255), st.integers(0, 120))
@settings(max_examples=200, deadline=None)
def test_a_damaged_frame_never_raises(name: str, at: int, value: int, cut: int) -> None:
    frame = bytearray(FRAMES[name])
    frame[at % len(frame)] = value
    str(Packets([Packet(0, bytes(frame[:cut])), Packet(0, bytes(frame))]))


def test_what_is_cut_short_says_so() -> None:
    assert decode(FRAMES["data"][:60]).problem == "cut short"
    assert decode(FRAMES["SYN with options"][:40]).problem == "cut short"
    assert decode(b"").problem == "cut short"
