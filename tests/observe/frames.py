"""Frames to decode: made by hand, so that every header and option of interest is there, checksums right."""

from __future__ import annotations

import socket
import struct

MACS = bytes.fromhex("0200000000020200000000 01".replace(" ", ""))


def checksum(data: bytes) -> int:
    """Of the Internet, RFC 1071."""
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(ethertype: int, body: bytes, vlan: int | None = None) -> bytes:
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    return MACS + tag + struct.pack("!H", ethertype) + body


def ipv4(protocol: int, body: bytes, *, options: bytes = b"", flags: int = 0x4000, ttl: int = 64) -> bytes:
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH", 0x40 | words, 0x10, words * 4 + len(body), 4711, flags, ttl, protocol, 0)
    head += socket.inet_aton("10.0.0.1") + socket.inet_aton("10.0.0.2") + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def ipv6(protocol: int, body: bytes) -> bytes:
    ends = socket.inet_pton(socket.AF_INET6, "fd00::1") + socket.inet_pton(socket.AF_INET6, "fd00::2")
    return struct.pack("!IHBB", 0x6_0A_12345, len(body), protocol, 63) + ends + body


def with_checksum(protocol: int, body: bytes, at: int, *, version: int = 4) -> bytes:
    """A transport's header and payload with the checksum at byte ``at`` filled in."""
    if version == 4:
        ends = socket.inet_aton("10.0.0.1") + socket.inet_aton("10.0.0.2")
        pseudo = ends + struct.pack("!BBH", 0, protocol, len(body))
    else:
        ends = socket.inet_pton(socket.AF_INET6, "fd00::1") + socket.inet_pton(socket.AF_INET6, "fd00::2")
        pseudo = ends + struct.pack("!IxxxB", len(body), protocol)
    if protocol == 1:
        pseudo = b""
    return body[:at] + struct.pack("!H", checksum(pseudo + body)) + body[at + 2 :]


def tcp(flags: int, *, options: bytes = b"", payload: bytes = b"", seq: int = 1000, ack: int = 0) -> bytes:
    offset = (20 + len(options)) // 4 << 4
    return struct.pack("!HHIIBBHHH", 43210, 8080, seq, ack, offset, flags, 64240, 0, 0) + options + payload


SYN_OPTIONS = bytes.fromhex("020405b4 0402 080a 00000001 00000000 01 030307".replace(" ", ""))
SACK_OPTIONS = bytes.fromhex("0101 080a 00000005 00000006 0101 050a 000007d0 00000bb8".replace(" ", ""))
PAYLOAD = b"hello, world"

FRAMES: dict[str, bytes] = {
    "SYN with options": ethernet(0x0800, ipv4(6, with_checksum(6, tcp(2, options=SYN_OPTIONS), 16))),
    "ACK with SACK": ethernet(0x0800, ipv4(6, with_checksum(6, tcp(16, options=SACK_OPTIONS, ack=2000), 16))),
    "data": ethernet(0x0800, ipv4(6, with_checksum(6, tcp(24, payload=PAYLOAD, seq=1001, ack=2000), 16))),
    "data with IP options": ethernet(
        0x0800, ipv4(6, with_checksum(6, tcp(24, payload=b"x", seq=1013, ack=2000), 16), options=b"\x94\x04\0\0")
    ),
    "padded ACK": ethernet(0x0800, ipv4(6, with_checksum(6, tcp(16, seq=1014, ack=2000), 16))) + bytes(6),
    "FIN over IPv6": ethernet(0x86DD, ipv6(6, with_checksum(6, tcp(17, seq=5, ack=9), 16, version=6))),
    "RST": ethernet(0x0800, ipv4(6, with_checksum(6, tcp(4, seq=77), 16))),
    "datagram": ethernet(
        0x0800, ipv4(17, with_checksum(17, struct.pack("!HHHH", 4000, 53, 20, 0) + PAYLOAD, 6), flags=0)
    ),
    "datagram over IPv6": ethernet(
        0x86DD, ipv6(17, with_checksum(17, struct.pack("!HHHH", 4000, 54, 20, 0) + PAYLOAD, 6, version=6))
    ),
    "datagram in a VLAN": ethernet(
        0x0800, ipv4(17, with_checksum(17, struct.pack("!HHHH", 4000, 55, 20, 0) + PAYLOAD, 6)), vlan=7
    ),
    "echo request": ethernet(0x0800, ipv4(1, with_checksum(1, struct.pack("!BBHHH", 8, 0, 0, 99, 3) + PAYLOAD, 2))),
    "echo reply over IPv6": ethernet(
        0x86DD, ipv6(58, with_checksum(58, struct.pack("!BBHHH", 129, 0, 0, 99, 4) + PAYLOAD, 2, version=6))
    ),
    "port unreachable": ethernet(
        0x0800,
        ipv4(1, with_checksum(1, struct.pack("!BBHI", 3, 3, 0, 0) + ipv4(17, struct.pack("!HHHH", 1, 2, 8, 0)), 2)),
    ),
    "a later fragment": ethernet(0x0800, ipv4(17, PAYLOAD, flags=0x2000 | 185)),
    "a fragment over IPv6": ethernet(0x86DD, ipv6(44, struct.pack("!BBHI", 17, 0, 1448, 7) + PAYLOAD)),
    "ARP": ethernet(
        0x0806,
        struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
        + MACS[6:]
        + socket.inet_aton("10.0.0.1")
        + bytes(6)
        + socket.inet_aton("10.0.0.2"),
    ),
}
