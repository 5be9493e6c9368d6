"""How many packets a TCP socket has sent and received, by the kernel's own count."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass

from sockets_lab.observe.tcp_info import tcp_info_number

_SEGS_OUT, _SEGS_IN = 136, 140  # tcpi_segs_out and tcpi_segs_in of struct tcp_info, linux/tcp.h
_TCP_INFO_BYTES = 144


@dataclass(frozen=True, repr=False)
class PacketCounts:
    """Packets of one TCP socket, those without data included; None where the system does not tell.

    Attributes:
        sent: those that left, each repeat counted.
        received: those that came.
    """

    sent: int | None
    received: int | None

    def __str__(self) -> str:
        if self.sent is None:
            return "this system does not count them"
        return f"{self.sent} sent, {self.received} received"

    __repr__ = __str__


def packet_counts(sock: socket.socket) -> PacketCounts:
    """What the kernel has counted for ``sock``, a TCP socket, up to now.

    Raises:
        TypeError: it is not a socket.
        OSError: it is closed, or not a TCP socket.
    Resources:
        none; nothing about the socket changes.
    Source: tcp(7) on TCP_INFO; Linux 4.2 and newer.
    """
    if not isinstance(sock, socket.socket):
        raise TypeError(f"packet_counts takes a socket, not {sock!r:.60}")
    if sys.platform != "linux":
        return PacketCounts(None, None)
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    if len(info) < _TCP_INFO_BYTES:
        return PacketCounts(None, None)
    return PacketCounts(tcp_info_number(info, _SEGS_OUT), tcp_info_number(info, _SEGS_IN))
