"""What the sockets of this network hold in the system's memory, which is charged to no process.

The queues of stream and seqpacket sockets and the rings of packet sockets are told by sock_diag, those of datagrams by
files that are there on every system. A part that a system does not tell counts as nothing.

Source: sock_diag(7); linux/unix_diag.h, inet_diag.h, packet_diag.h; proc_pid_net(5).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

_SOCK_DIAG, _BY_FAMILY = 4, 20
_REQUEST_ALL = 0x301  # NLM_F_REQUEST, NLM_F_DUMP
_ERROR, _DONE = 2, 3
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_MEMORY = struct.Struct("=6I")  # received, its limit, sent, its limit, forward, queued to be sent
_ANY_STATE = 0xFFFFFFFF
_AT_ONCE = 1 << 16

# The request, the bytes before a reply's attributes, the attribute for memory, those for rings.
_PACKETS = (struct.pack("=BBHIIII", socket.AF_PACKET, 0, 0, 0, 0x14, _ANY_STATE, _ANY_STATE), 16, 6, (2, 3))
_UNIX = (struct.pack("=BBHIIIII", socket.AF_UNIX, 0, 0, _ANY_STATE, 0, 0x20, _ANY_STATE, _ANY_STATE), 16, 5, ())
_TCP = {
    name: (struct.pack("=BBBBI48x", family, socket.IPPROTO_TCP, 1 << 6, 0, _ANY_STATE), 72, 7, ())
    for name, family in (("TCP", socket.AF_INET), ("TCP6", socket.AF_INET6))
}
_DATAGRAMS = {name: f"/proc/net/{name.lower()}" for name in ("UDP", "UDP6", "UDPLITE", "UDPLITE6", "RAW", "RAW6")}
_PINGS = ("/proc/net/icmp", "/proc/net/icmp6")  # which are not counted


class SocketMemory:
    """Counts it, by a netlink socket that is opened once.

    Attributes:
        queued: whether anything waited in a Unix socket when it was last counted.
    Resources:
        one descriptor, as long as the process lives.
    """

    def __init__(self) -> None:
        self.queued = False
        self._netlink: socket.socket | None = None
        try:
            self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _SOCK_DIAG)
            self._netlink.settimeout(1.0)
        except OSError:
            pass

    def bytes_held(self) -> int:
        """All of it."""
        used = _used_protocols()
        tables = [path for name, path in _DATAGRAMS.items() if name in used]
        asked = [_PACKETS, *(one for name, one in _TCP.items() if name in used)]
        in_unix_sockets = self._told(*_UNIX)
        self.queued = in_unix_sockets > 0
        return in_unix_sockets + sum(self._told(*one) for one in asked) + sum(map(_of_datagrams, (*tables, *_PINGS)))

    def _told(self, request: bytes, skipped: int, memory: int, rings: tuple[int, ...]) -> int:
        return sum(_of_reply(reply[skipped:], memory, rings) for reply in self._ask(request))

    def _ask(self, request: bytes) -> Iterator[memoryview]:
        """The body of each reply; fewer where the system does not know what is asked."""
        if self._netlink is None:
            return
        try:
            self._netlink.send(_HEADER.pack(_HEADER.size + len(request), _BY_FAMILY, _REQUEST_ALL, 0, 0) + request)
            while True:
                data = memoryview(self._netlink.recv(_AT_ONCE))
                while len(data) >= _HEADER.size:
                    length, kind, *_ = _HEADER.unpack_from(data)
                    if kind in (_ERROR, _DONE):
                        return
                    yield data[_HEADER.size : length]
                    data = data[_aligned(length) :]
        except OSError:
            return


def _of_reply(attributes: memoryview, memory: int, rings: tuple[int, ...]) -> int:
    held = 0
    while len(attributes) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(attributes)
        if kind == memory and length >= _ATTRIBUTE.size + _MEMORY.size:
            received, _, sent, _, _, queued = _MEMORY.unpack_from(attributes, _ATTRIBUTE.size)
            held += received + max(sent, queued)
        elif kind in rings:
            block_bytes, blocks = struct.unpack_from("=II", attributes, _ATTRIBUTE.size)
            held += block_bytes * blocks
        attributes = attributes[_aligned(max(length, _ATTRIBUTE.size)) :]
    return held


def _used_protocols() -> set[str]:
    """Those that have sockets; to look through a table that has none costs a millisecond."""
    used = set()
    for path in ("/proc/net/sockstat", "/proc/net/sockstat6"):
        try:
            with open(path, encoding="ascii") as table:
                words = [line.split() for line in table]
        except OSError:  # no IPv6
            continue
        used |= {name.rstrip(":") for name, what, count, *_ in words if what == "inuse" and count != "0"}
    return used


def _of_datagrams(path: str) -> int:
    try:
        with open(path, encoding="ascii") as table:
            next(table)
            queues = [line.split(None, 5)[4].partition(":") for line in table]
    except (OSError, StopIteration, IndexError):
        return 0
    return sum(int(sent, 16) + int(received, 16) for sent, _, received in queues)


def _aligned(length: int) -> int:
    return (length + 3) & ~3
