"""The few netlink messages that make links, addresses, neighbours and routes.

Own code: importing pyroute2 alone takes three times as long as a whole network may take to be made (100 ms).

Source: netlink(7), rtnetlink(7), linux/rtnetlink.h, linux/if_link.h, linux/veth.h.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from types import TracebackType
from typing import Self

NLM_REQUEST, NLM_ACK, NLM_CREATE, NLM_EXCL, NLM_DUMP = 0x1, 0x4, 0x400, 0x200, 0x300
_ERROR, _DONE = 2, 3
_NEWLINK, _GETLINK, _NEWADDR, _NEWROUTE, _NEWNEIGH = 16, 18, 20, 24, 28
_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_MTU, _IFLA_LINKINFO, _IFLA_NET_NS_FD = 1, 3, 4, 18, 28
_IFLA_STATS64, _IFLA_AF_SPEC, _IFLA_INET6_ADDR_GEN_MODE, _GEN_MODE_NONE = 23, 26, 8, 1
_INFO_KIND, _INFO_DATA, _VETH_INFO_PEER = 1, 2, 1
_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS, _IFA_F_NODAD = 1, 2, 8, 0x02
_RTA_DST, _RTA_OIF, _RTA_GATEWAY = 1, 4, 5
_NDA_DST, _NDA_LLADDR, _NUD_PERMANENT = 1, 2, 0x80
_IFF_UP = 1
_NESTED = 0x8000
_STATS64_TX_DROPPED = 7  # of the 64-bit counters, the one that a veth counts a packet in which its peer had no room for


class Netlink:
    """A conversation with the kernel about the network that the calling thread is in.

    Raises:
        OSError: from each method, saying what was asked.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._number = 0

    def make_veth(self, name: str, mac: str, mtu: int, peer: str, peer_mac: str, peer_namespace: int) -> None:
        """A pair of joined interfaces: ``name`` here, ``peer`` in the network behind the descriptor."""
        far = _link_header() + _text(_IFLA_IFNAME, peer) + _mac(_IFLA_ADDRESS, peer_mac) + _u32(_IFLA_MTU, mtu)
        far += _u32(_IFLA_NET_NS_FD, peer_namespace)
        info = _text(_INFO_KIND, "veth") + _attribute(_INFO_DATA | _NESTED, _attribute(_VETH_INFO_PEER | _NESTED, far))
        near = _text(_IFLA_IFNAME, name) + _mac(_IFLA_ADDRESS, mac) + _u32(_IFLA_MTU, mtu)
        message = _link_header() + near + _attribute(_IFLA_LINKINFO | _NESTED, info)
        self._ask(f"make the pair of interfaces {name} and {peer}", _NEWLINK, message, NLM_CREATE | NLM_EXCL)

    def forgo_own_addresses(self, index: int) -> None:
        """Leave the interface without the IPv6 address that it would give itself, and the packets that go with it."""
        inet6 = _attribute(socket.AF_INET6 | _NESTED, _attribute(_IFLA_INET6_ADDR_GEN_MODE, bytes([_GEN_MODE_NONE])))
        self._ask("quieten an interface", _NEWLINK, _link_header(index) + _attribute(_IFLA_AF_SPEC | _NESTED, inet6))

    def set_up(self, index: int) -> None:
        """Switch an interface on."""
        self._ask("switch an interface on", _NEWLINK, _link_header(index, _IFF_UP, _IFF_UP))

    def add_address(self, index: int, address: str, prefix_bits: int) -> None:
        """Give an interface an address, at once usable."""
        family, raw = _packed(address)
        message = struct.pack("=BBBBI", family, prefix_bits, 0, 0, index)
        message += _attribute(_IFA_LOCAL, raw) + _attribute(_IFA_ADDRESS, raw)
        message += _u32(_IFA_FLAGS, _IFA_F_NODAD if family == socket.AF_INET6 else 0)
        self._ask(f"add the address {address}", _NEWADDR, message, NLM_CREATE | NLM_EXCL)

    def add_neighbour(self, index: int, address: str, mac: str) -> None:
        """Say for good which link address an IP address has, so that nobody need ask."""
        family, raw = _packed(address)
        message = struct.pack("=BxxxiHBB", family, index, _NUD_PERMANENT, 0, 0)
        message += _attribute(_NDA_DST, raw) + _mac(_NDA_LLADDR, mac)
        self._ask(f"add the neighbour {address}", _NEWNEIGH, message, NLM_CREATE)

    def add_route(self, index: int, network: str, prefix_bits: int, gateway: str) -> None:
        """Send what goes to ``network`` by way of ``gateway``."""
        family, raw = _packed(network)
        message = struct.pack("=BBBBBBBBI", family, prefix_bits, 0, 0, 254, 4, 0, 1, 0)  # main table, static, unicast
        message += _attribute(_RTA_DST, raw) + _attribute(_RTA_GATEWAY, _packed(gateway)[1]) + _u32(_RTA_OIF, index)
        self._ask(f"add the route to {network}", _NEWROUTE, message, NLM_CREATE)

    def transmit_drops(self) -> dict[str, int]:
        """How many packets each interface could not hand to its peer, by the kernel's count."""
        self._send(_GETLINK, NLM_DUMP, _link_header())
        drops: dict[str, int] = {}
        while True:
            raw = self._socket.recv(1 << 17)
            at = 0
            while at < len(raw):
                size, kind = struct.unpack_from("=IH", raw, at)
                if kind == _DONE:
                    return drops
                if kind == _NEWLINK:
                    found = _attributes(raw[at + 32 : at + size])
                    name = found[_IFLA_IFNAME].rstrip(b"\0").decode()
                    (drops[name],) = struct.unpack_from("=Q", found[_IFLA_STATS64], _STATS64_TX_DROPPED * 8)
                at += size + -size % 4

    def _ask(self, what: str, kind: int, message: bytes, flags: int = 0) -> None:
        self._send(kind, NLM_ACK | flags, message)
        raw = self._socket.recv(1 << 16)
        _, answer = struct.unpack_from("=IH", raw)
        (number,) = struct.unpack_from("=i", raw, 16)
        if answer != _ERROR or number:
            number = -number or errno.EPROTO
            raise OSError(number, f"cannot {what}: {os.strerror(number)}")

    def _send(self, kind: int, flags: int, message: bytes) -> None:
        self._number += 1
        self._socket.send(
            struct.pack("=IHHII", len(message) + 16, kind, NLM_REQUEST | flags, self._number, 0) + message
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._socket.close()


def _link_header(index: int = 0, flags: int = 0, change: int = 0) -> bytes:
    return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, flags, change)


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", len(value) + 4, kind) + value + bytes(-len(value) % 4)


def _attributes(raw: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(raw):
        size, kind = struct.unpack_from("=HH", raw, at)
        found[kind & 0x3FFF] = raw[at + 4 : at + size]
        at += size + -size % 4
    return found


def _u32(kind: int, value: int) -> bytes:
    return _attribute(kind, struct.pack("=I", value))


def _text(kind: int, value: str) -> bytes:
    return _attribute(kind, value.encode() + b"\0")


def _mac(kind: int, value: str) -> bytes:
    return _attribute(kind, bytes.fromhex(value.replace(":", "")))


def _packed(address: str) -> tuple[int, bytes]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.inet_pton(family, address)
