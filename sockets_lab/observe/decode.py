"""Bytes of a captured frame to headers and payload.

Own code, because every call imports it and every packet passes through it: dpkt's import costs ten times as much
and scapy decodes fifty times slower.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

from sockets_lab.observe.decode_headers import Arp, Ethernet, Icmp, Ipv4, Ipv6, Network, Tcp, TcpOptions, Transport, Udp

# pcap's numbers of link types: https://www.tcpdump.org/linktypes.html
LINK_NULL, LINK_ETHERNET, LINK_RAW, LINK_SLL, LINK_SLL2 = 0, 1, 101, 113, 276
ETH_IPV4, ETH_IPV6, ETH_ARP, ETH_VLAN = 0x0800, 0x86DD, 0x0806, 0x8100
_EXTENSIONS = {0, 43, 60}  # hop-by-hop, routing, destination: RFC 8200
_FRAGMENT = 44

_IPV4 = struct.Struct("!BBHHHBBH4s4s")
_IPV6 = struct.Struct("!IHBB16s16s")
_TCP = struct.Struct("!HHIIBBHHH")
_UDP = struct.Struct("!HHHH")
_ICMP = struct.Struct("!BBHHH")
_ARP = struct.Struct("!HHBBH6s4s6s4s")
_NO_OPTIONS = TcpOptions()


@dataclass(frozen=True, slots=True)
class Layers:
    """What a frame holds.

    Attributes:
        link: None where the capture has none (raw IP), or it is another than Ethernet.
        network: None for a protocol that is not read here.
        transport: None for one that is not read here, and for a fragment after the first.
        payload: what follows the innermost header that was read, without the link's padding.
        problem: what is wrong with the bytes, in words; empty if nothing is.
    """

    link: Ethernet | None
    network: Network | None
    transport: Transport | None
    payload: bytes
    problem: str = ""


def decode(frame: bytes, link_type: int = LINK_ETHERNET) -> Layers:
    """The headers of a frame; never raises, whatever the bytes.

    Args:
        frame: as captured, from the link's header on.
        link_type: pcap's number of the link's kind.
    Source: the RFCs that ``decode_headers`` names.
    """
    link = None
    try:
        if link_type == LINK_ETHERNET:
            link, ethertype, at = _ethernet(frame)
        else:
            ethertype, at = _other_link(frame, link_type)
        if ethertype == ETH_IPV4:
            return _ipv4(frame, at, link)
        if ethertype == ETH_IPV6:
            return _ipv6(frame, at, link)
        if ethertype == ETH_ARP:
            return Layers(link, _arp(frame, at), None, b"")
        return Layers(link, None, None, frame[at:], f"EtherType 0x{ethertype:04x} is not read here")
    except (struct.error, IndexError):
        return Layers(link, None, None, frame[14:] if link else frame, "cut short")


def _ethernet(frame: bytes) -> tuple[Ethernet, int, int]:
    ethertype = frame[12] << 8 | frame[13]
    vlan, at = None, 14
    if ethertype == ETH_VLAN:
        vlan, ethertype = struct.unpack_from("!HH", frame, 14)
        at = 18
    return Ethernet(_mac(frame[0:6]), _mac(frame[6:12]), ethertype, vlan), ethertype, at


def _other_link(frame: bytes, link_type: int) -> tuple[int, int]:
    if link_type == LINK_SLL:
        return frame[14] << 8 | frame[15], 16
    if link_type == LINK_SLL2:
        return frame[0] << 8 | frame[1], 20
    at = 4 if link_type == LINK_NULL else 0
    return {4: ETH_IPV4, 6: ETH_IPV6}.get(frame[at] >> 4, 0), at


def _mac(raw: bytes) -> str:
    return raw.hex(":")


def _arp(frame: bytes, at: int) -> Arp:
    _, _, _, _, operation, mac, ip, target_mac, target_ip = _ARP.unpack_from(frame, at)
    return Arp(operation, _mac(mac), socket.inet_ntoa(ip), _mac(target_mac), socket.inet_ntoa(target_ip))


def _ipv4(frame: bytes, at: int, link: Ethernet | None) -> Layers:
    head, tos, total, ident, fragment, ttl, protocol, checksum, source, destination = _IPV4.unpack_from(frame, at)
    header_bytes = (head & 15) * 4
    offset = (fragment & 0x1FFF) * 8
    ip = Ipv4(
        socket.inet_ntoa(source),
        socket.inet_ntoa(destination),
        protocol,
        ttl,
        ident,
        bool(fragment & 0x4000),
        bool(fragment & 0x2000),
        offset,
        header_bytes,
        total,
        tos,
        checksum,
    )
    if head >> 4 != 4 or header_bytes < 20:
        return Layers(link, ip, None, frame[at + 20 :], "not an IPv4 header")
    end = at + total if total else len(frame)  # 0: cut into segments by the interface, later
    return _transport(frame, at + header_bytes, end, protocol, offset, link, ip)


def _ipv6(frame: bytes, at: int, link: Ethernet | None) -> Layers:
    head, length, protocol, hops, source, destination = _IPV6.unpack_from(frame, at)
    end = at + 40 + length if length else len(frame)
    start = at + 40
    at += 40
    offset: int | None = None
    more = False
    while protocol in _EXTENSIONS or protocol == _FRAGMENT:
        following, size = frame[at], frame[at + 1]
        if protocol == _FRAGMENT:
            (word,) = struct.unpack_from("!H", frame, at + 2)
            offset, more, step = word & 0xFFF8, bool(word & 1), 8
        else:
            step = (size + 1) * 8
        protocol, at = following, at + step
        if offset:
            break
    ip = Ipv6(
        socket.inet_ntop(socket.AF_INET6, source),
        socket.inet_ntop(socket.AF_INET6, destination),
        protocol,
        hops,
        head & 0xFFFFF,
        head >> 20 & 0xFF,
        40 + at - start,
        length,
        offset,
        more,
    )
    if head >> 28 != 6:
        return Layers(link, ip, None, frame[start:], "not an IPv6 header")
    return _transport(frame, at, end, protocol, offset or 0, link, ip)


def _transport(
    frame: bytes, at: int, end: int, protocol: int, offset: int, link: Ethernet | None, ip: Ipv4 | Ipv6
) -> Layers:
    problem = "cut short" if end > len(frame) else ""
    if offset:
        return Layers(link, ip, None, frame[at:end], problem)
    try:
        if protocol == 6:
            tcp = _tcp(frame, at, end)
            if tcp.header_bytes < 20:
                return Layers(link, ip, tcp, frame[at + 20 : end], "TCP data offset below 5")
            return Layers(link, ip, tcp, frame[at + tcp.header_bytes : end], problem)
        if protocol == 17:
            udp = Udp(*_UDP.unpack_from(frame, at))
            end = min(end, at + udp.length) if udp.length >= 8 else end
            return Layers(link, ip, udp, frame[at + 8 : end], problem)
        if protocol in (1, 58):
            return Layers(link, ip, _icmp(frame, at, 4 if protocol == 1 else 6), frame[at + 8 : end], problem)
    except struct.error:
        return Layers(link, ip, None, frame[at:end], "cut short")
    return Layers(link, ip, None, frame[at:end], problem)


def _tcp(frame: bytes, at: int, end: int) -> Tcp:
    source, destination, seq, ack, offset, flags, window, checksum, urgent = _TCP.unpack_from(frame, at)
    header_bytes = (offset >> 4) * 4
    options = _NO_OPTIONS if header_bytes <= 20 else tcp_options(frame[at + 20 : min(at + header_bytes, end)])
    return Tcp(source, destination, seq, ack, flags, window, checksum, urgent, header_bytes, options)


def _icmp(frame: bytes, at: int, version: int) -> Icmp:
    kind, code, checksum, identifier, sequence = _ICMP.unpack_from(frame, at)
    if kind in ((0, 8) if version == 4 else (128, 129)):
        return Icmp(version, kind, code, checksum, identifier, sequence)
    return Icmp(version, kind, code, checksum)


def tcp_options(raw: bytes) -> TcpOptions:
    """The options of a TCP header; what is malformed ends them.

    Source: RFC 9293 section 3.2; RFC 7323 (scale, timestamps); RFC 2018 (SACK).
    """
    mss = scale = timestamps = None
    permitted, unknown = False, []
    sack: tuple[tuple[int, int], ...] = ()
    at = 0
    while at < len(raw) and raw[at]:  # kind 0 ends the list
        kind = raw[at]
        if kind == 1:
            at += 1
            continue
        size = raw[at + 1] if at + 1 < len(raw) else 0
        value = raw[at + 2 : at + size]
        if size < 2 or len(value) != size - 2:
            break
        at += size
        match kind, size:
            case 2, 4:
                mss = int.from_bytes(value)
            case 3, 3:
                scale = value[0]
            case 4, 2:
                permitted = True
            case 5, _ if (size - 2) % 8 == 0:
                sack = tuple((left, right) for left, right in struct.iter_unpack("!II", value))
            case 8, 10:
                timestamps = struct.unpack("!II", value)
            case _:
                unknown.append(kind)
    return TcpOptions(mss, scale, permitted, sack, timestamps, tuple(unknown))
