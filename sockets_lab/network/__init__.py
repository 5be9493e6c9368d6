"""Hosts and the wires between them, for an ordinary user: network namespaces, veth, packets moved in user space.

A host is a network namespace that a descriptor holds. Its interface is one end of a veth pair; at the other end a
process of the network's own takes the packets in, decides by seed and by rules, records, and hands them on.
"""

from sockets_lab.network.host import Host, HostError
from sockets_lab.network.impairments import Impairments
from sockets_lab.network.kinds import ACK, DATA, FIN, ICMP, PACKET, RST, SYN, SYN_ACK, TCP, UDP, Kind
from sockets_lab.network.namespaces import NetworkUnavailable, why_no_network
from sockets_lab.network.network import Network, NetworkTimeout
from sockets_lab.network.rules import Rule, corrupt, delay, drop, duplicate, hold
from sockets_lab.network.wire import Wire

__all__ = [
    "ACK",
    "DATA",
    "FIN",
    "ICMP",
    "PACKET",
    "RST",
    "SYN",
    "SYN_ACK",
    "TCP",
    "UDP",
    "Host",
    "HostError",
    "Impairments",
    "Kind",
    "Network",
    "NetworkTimeout",
    "NetworkUnavailable",
    "Rule",
    "Wire",
    "corrupt",
    "delay",
    "drop",
    "duplicate",
    "hold",
    "why_no_network",
]
