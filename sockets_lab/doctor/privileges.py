"""What an ordinary user may do here: raw sockets."""

from __future__ import annotations

import socket
import sys

from sockets_lab.doctor.finding import Finding, useful, why_it_fails

OWN_NETWORK = ["unshare", "--user", "--map-root-user", "--net"]
RAW = "from socket import *; socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); socket(AF_PACKET, SOCK_RAW, 0)"


def raw_sockets() -> Finding:
    """Raw sockets: outright (CAP_NET_RAW, raw(7)), in a network of one's own, or ICMP by datagrams (icmp(7))."""
    ways = []
    if _may_make(socket.SOCK_RAW):
        ways.append("outright")
    if not why_it_fails([*OWN_NETWORK, sys.executable, "-I", "-S", "-c", RAW]):
        ways.append("in an own network")
    if _may_make(socket.SOCK_DGRAM):
        ways.append("ICMP by datagrams")
    meaning = f"for the live lessons of the Raw unit: {', '.join(ways) or 'not here'}"
    mend = "allow own networks (see lab kernel), or sudo sysctl net.ipv4.ping_group_range='0 2147483647' for ICMP alone"
    return useful("raw sockets", bool(set(ways) - {"ICMP by datagrams"}), meaning, mend)


def _may_make(kind: int) -> bool:
    try:
        socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
    except OSError:
        return False
    return True
