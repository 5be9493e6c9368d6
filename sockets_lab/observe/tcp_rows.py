"""One connection's row in the kernel's table, found by its two addresses: also when no descriptor is left of it.

Source: sock_diag(7); linux/inet_diag.h, struct inet_diag_req_v2 and struct inet_diag_msg.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import sys
import weakref
from dataclasses import dataclass

from sockets_lab.observe.tcp_states import LINUX_NUMBERS

Pair = tuple[tuple[str, int], tuple[str, int]]  # (host, port) here, (host, port) there

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY, _NLMSG_ERROR, _NLM_F_REQUEST = 20, 2, 1
_HEADER, _REQUEST, _REPLY = struct.Struct("=IHHII"), struct.Struct("=BBBBI"), struct.Struct("=BBBB")
_PORTS, _NO_INTERFACE_NO_COOKIE = struct.Struct("!HH"), struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
_SOCKET_ID_BYTES = 48
_TIME_WAIT_TIMER = 3


@dataclass(frozen=True)
class TcpRow:
    """What the kernel's table says of one end of a connection.

    Attributes:
        state: by the kernel's name.
        left_s: for how many seconds the kernel still keeps a connection whose program is done with it; None otherwise.
    """

    state: str
    left_s: float | None = None


class TcpTable:
    """The kernel's table of one network: that of the thread which makes this, wherever it is asked later.

    Resources:
        one netlink socket, until ``close()`` or as long as this is kept. Where there is none (macOS, a sandbox),
        psutil reads the table.
    """

    def __init__(self) -> None:
        self._netlink: socket.socket | None = None
        if sys.platform == "linux":
            with contextlib.suppress(PermissionError):
                self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG)
                weakref.finalize(self, self._netlink.close)

    def close(self) -> None:
        """Let the netlink socket go; a second call does nothing."""
        if self._netlink is not None:
            self._netlink.close()

    def row(self, pair: Pair) -> TcpRow | None:
        """The end of a connection that has these addresses, its own and its peer's; None if there is none.

        Raises:
            OSError: the kernel does not answer.
        """
        return _found_by_psutil(pair) if self._netlink is None else _asked_by_netlink(pair, self._netlink)


def _asked_by_netlink(pair: Pair, netlink: socket.socket) -> TcpRow | None:
    family = socket.AF_INET6 if ":" in pair[0][0] else socket.AF_INET
    (host, port), (peer_host, peer_port) = pair
    socket_id = _PORTS.pack(port, peer_port) + _packed(family, host) + _packed(family, peer_host)
    body = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + socket_id + _NO_INTERFACE_NO_COOKIE
    netlink.send(_HEADER.pack(_HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0) + body)
    reply = netlink.recv(8192)
    if _HEADER.unpack_from(reply)[1] == _NLMSG_ERROR:
        number = -struct.unpack_from("=i", reply, _HEADER.size)[0]
        if number != errno.ENOENT:
            raise OSError(number, f"sock_diag: {os.strerror(number)}")
        return None
    at = _HEADER.size
    _, state, timer, _ = _REPLY.unpack_from(reply, at)
    # Where there is no such connection, the kernel answers with the listener of that port.
    if _PORTS.unpack_from(reply, at + _REPLY.size)[1] != peer_port:
        return None
    left_ms = struct.unpack_from("=I", reply, at + _REPLY.size + _SOCKET_ID_BYTES)[0]
    return TcpRow(LINUX_NUMBERS[state], left_ms / 1000 if timer == _TIME_WAIT_TIMER else None)


def _packed(family: int, host: str) -> bytes:
    return socket.inet_pton(family, host.partition("%")[0]).ljust(16, b"\0")


def _found_by_psutil(pair: Pair) -> TcpRow | None:
    from sockets_lab.observe.connections import connections

    found = [row for row in connections(pair[0][1]) if (row.local, row.peer) == pair]
    return TcpRow(found[0].state) if found else None
