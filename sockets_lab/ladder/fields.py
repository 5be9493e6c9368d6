"""All fields of a packet's headers, by name, in words."""

from __future__ import annotations

from sockets_lab.observe.decode_headers import Arp, Icmp, Ipv4, Ipv6, Tcp, TcpOptions, Udp
from sockets_lab.observe.packets import Packet
from sockets_lab.observe.packets_flows import InFlow

Fields = tuple[tuple[str, str], ...]


def fields_of(packet: Packet, flow: InFlow | None) -> Fields:
    """Name and value, from the outer header to the inner; sequence numbers as sent, and from the first one."""
    found = [*_link(packet), *_network(packet), *_transport(packet, flow)]
    if packet.decision:
        found.append(("on the wire", packet.decision))
    if packet.layers.problem:
        found.append(("problem", packet.layers.problem))
    return tuple(found)


def _link(packet: Packet) -> list[tuple[str, str]]:
    link = packet.layers.link
    if link is None:
        return []
    size = 14 if link.vlan is None else 18
    return [("Ethernet", f"{size} bytes of header" + (", on loopback too" if packet.interface == "lo" else ""))]


def _network(packet: Packet) -> list[tuple[str, str]]:
    match packet.network:
        case Ipv4() as ip:
            found = [("IPv4", f"{ip.source} > {ip.destination}"), ("time to live", str(ip.ttl))]
            found.append(("length", f"{ip.total_bytes} bytes, {ip.header_bytes} of them the IP header"))
            if ip.more_fragments or ip.fragment_offset:
                found.append(("fragment", f"from byte {ip.fragment_offset}"))
            return found
        case Ipv6() as ip:
            found = [("IPv6", f"{ip.source} > {ip.destination}"), ("hop limit", str(ip.hop_limit))]
            found.append(("length", f"{ip.payload_bytes} bytes after the header"))
            return found
        case Arp() as arp:
            return [("ARP", f"{arp.sender_ip} asks for {arp.target_ip}")]
    return []


def _transport(packet: Packet, flow: InFlow | None) -> list[tuple[str, str]]:
    data = ("data", f"{len(packet.payload)} bytes")
    match packet.transport:
        case Tcp() as tcp:
            seq = f", {flow.seq} from the first" if flow else ""
            ack = f", {flow.ack} from the first" if flow and flow.ack is not None else ""
            found = [("TCP", f"port {tcp.source_port} > port {tcp.destination_port}"), ("flags", tcp.flag_names)]
            found.append(("sequence number", f"{tcp.seq}{seq}"))
            if ack:
                found.append(("acknowledges up to", f"{tcp.ack}{ack}"))
            found.append(("window", f"{tcp.window}, as sent"))
            found.append(("options", _options(tcp.options)))
            return [*found, data]
        case Udp() as udp:
            return [("UDP", f"port {udp.source_port} > port {udp.destination_port}"), data]
        case Icmp() as icmp:
            echo = f", id {icmp.identifier}, sequence {icmp.sequence}" if icmp.identifier is not None else ""
            return [("ICMP", f"{icmp.name}, type {icmp.type}, code {icmp.code}{echo}"), data]
    return [data]


def _options(options: TcpOptions) -> str:
    told = []
    if options.mss is not None:
        told.append(f"largest segment {options.mss} bytes")
    if options.window_scale is not None:
        told.append(f"window times {1 << options.window_scale}")
    if options.sack_permitted:
        told.append("selective acknowledgement possible")
    told += [f"has {left} to {right}, too" for left, right in options.sack]
    if options.timestamps is not None:
        told.append("timestamp {}, echo {}".format(*options.timestamps))
    return "; ".join(told) or "none"
