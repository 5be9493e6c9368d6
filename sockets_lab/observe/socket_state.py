"""What the kernel says of one socket of ours."""

from __future__ import annotations

import array
import contextlib
import errno
import os
import socket
import sys
from dataclasses import dataclass
from typing import Any

from sockets_lab.observe.addresses import in_words
from sockets_lab.observe.tcp_info import tcp_info_number
from sockets_lab.observe.tcp_states import LINUX_NUMBERS

_LISTENER_QUEUE, _LISTENER_BACKLOG = 24, 28  # tcpi_unacked and tcpi_sacked of struct tcp_info, linux/tcp.h
_TCP_INFO_BYTES = 104
_FAMILIES = {"AF_INET": "IPv4", "AF_INET6": "IPv6", "AF_UNIX": "within this machine", "AF_PACKET": "whole frames"}
_KINDS = {socket.SOCK_STREAM: "TCP", socket.SOCK_DGRAM: "UDP"}


@dataclass(frozen=True, repr=False)
class SocketState:
    """A socket as the kernel describes it, at one moment. Its text has a line for each thing that is known.

    Attributes:
        family: ``AF_INET (IPv4)`` and the like; empty for a closed socket.
        type: ``SOCK_STREAM (TCP)`` and the like.
        state: the TCP state, by the kernel's name; ``LISTEN`` for any listener; empty where there is none.
        local: the local address in text, or ``none``.
        peer: the peer's address in text, or ``none``.
        waiting: a TCP listener's connections that ``accept`` has not fetched.
        backlog: what a TCP listener gave to ``listen``, as the kernel took it.
        unread_bytes: received, and not yet read.
        unacknowledged_bytes: sent, and not yet acknowledged by the peer's kernel.
    """

    family: str
    type: str
    state: str
    local: str
    peer: str
    waiting: int | None = None
    backlog: int | None = None
    unread_bytes: int | None = None
    unacknowledged_bytes: int | None = None

    def __str__(self) -> str:
        if not self.family:
            return "closed: there is no descriptor, and nothing behind it"
        lines = {"family": self.family, "type": self.type, "state": self.state, "local": self.local, "peer": self.peer}
        if self.waiting is not None:
            del lines["peer"]
            lines["accept queue"] = f"{self.waiting} waiting, backlog {self.backlog}"
        if self.unread_bytes:
            lines["unread"] = f"{self.unread_bytes} bytes"
        if self.unacknowledged_bytes:
            lines["unacknowledged"] = f"{self.unacknowledged_bytes} bytes"
        return "\n".join(f"{name + ':':<16}{value}" for name, value in lines.items() if value)

    __repr__ = __str__


def socket_state(sock: socket.socket) -> SocketState:
    """What the kernel says of ``sock``, now.

    Args:
        sock: any socket, open or closed.
    Raises:
        TypeError: it is not a socket.
    Resources:
        none; nothing about the socket changes.
    Source: getsockname(2), getpeername(2), tcp(7) on TCP_INFO, SIOCINQ and SIOCOUTQ.
    """
    if not isinstance(sock, socket.socket):
        raise TypeError(f"socket_state takes a socket, not {sock!r:.60}")
    if sock.fileno() < 0:
        return SocketState("", "", "CLOSE" if sock.type == socket.SOCK_STREAM else "", "none", "none")
    is_tcp = sock.type == socket.SOCK_STREAM and sock.family in (socket.AF_INET, socket.AF_INET6)
    listening = _listens(sock)
    info = _tcp_info(sock) if is_tcp else b""
    unread, unacknowledged = (None, None) if listening else _queues(sock, is_tcp)
    return SocketState(
        family=_family(sock),
        type=_type(sock, is_tcp),
        state=_state(sock, info, is_tcp, listening),
        local=in_words(_asked(sock.getsockname)),
        peer=in_words(_asked(sock.getpeername)),
        waiting=tcp_info_number(info, _LISTENER_QUEUE) if listening and info else None,
        backlog=tcp_info_number(info, _LISTENER_BACKLOG) if listening and info else None,
        unread_bytes=unread,
        unacknowledged_bytes=unacknowledged,
    )


def _family(sock: socket.socket) -> str:
    name = sock.family.name if isinstance(sock.family, socket.AddressFamily) else str(int(sock.family))
    return f"{name} ({_FAMILIES[name]})" if name in _FAMILIES else name


def _type(sock: socket.socket, is_tcp: bool) -> str:
    name = sock.type.name if isinstance(sock.type, socket.SocketKind) else str(int(sock.type))
    of_internet = is_tcp or sock.family in (socket.AF_INET, socket.AF_INET6)
    return f"{name} ({_KINDS[sock.type]})" if of_internet and sock.type in _KINDS else name


def _state(sock: socket.socket, info: bytes, is_tcp: bool, listening: bool) -> str:
    if info:
        return LINUX_NUMBERS.get(info[0], str(info[0]))
    if listening:
        return "LISTEN"
    if is_tcp:
        return _state_by_psutil(sock.fileno())
    return ""


def _state_by_psutil(fd: int) -> str:
    """Where there is no TCP_INFO (macOS)."""
    import psutil

    for row in psutil.Process().net_connections("tcp"):
        if row.fd == fd:
            return str(row.status)
    return "CLOSE"


def _listens(sock: socket.socket) -> bool:
    with contextlib.suppress(OSError):
        return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    return False


def _tcp_info(sock: socket.socket) -> bytes:
    if not hasattr(socket, "TCP_INFO") or sys.platform != "linux":
        return b""
    try:
        return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    except OSError:  # a stream socket of another protocol, such as SCTP or MPTCP
        return b""


def _queues(sock: socket.socket, is_tcp: bool) -> tuple[int | None, int | None]:
    import fcntl
    import termios

    def ask(request: int) -> int | None:
        answer = array.array("i", [0])
        try:
            fcntl.ioctl(sock.fileno(), request, answer, True)
        except OSError:
            return None
        return answer[0]

    # SIOCINQ and SIOCOUTQ have the numbers of FIONREAD and TIOCOUTQ
    return ask(termios.FIONREAD), ask(termios.TIOCOUTQ) if is_tcp else None


def _asked(question: Any) -> Any:
    try:
        return question()
    except OSError as error:
        if error.errno in (errno.ENOTCONN, errno.EINVAL, errno.EOPNOTSUPP):
            return None
        raise OSError(error.errno, f"the kernel does not tell: {os.strerror(error.errno or 0)}") from error
