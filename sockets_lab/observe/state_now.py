"""In which state of its machine a socket is, by the kernel's own answers."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
from pathlib import Path

from sockets_lab.observe.small_machines import DATAGRAM, RAW, UNIX
from sockets_lab.observe.socket_state import socket_state
from sockets_lab.observe.state_machine import GONE, StateMachine
from sockets_lab.observe.tcp_machine import TCP

_INTERNET = (socket.AF_INET, socket.AF_INET6)
_POLLRDHUP = 0x2000  # Linux; elsewhere only POLLHUP tells


def machine_of(sock: socket.socket) -> StateMachine:
    """The table that this socket's life follows.

    Raises:
        TypeError: it is not a socket.
        ValueError: a kind of socket that has no drawing.
    """
    if not isinstance(sock, socket.socket):
        raise TypeError(f"states takes sockets, not {sock!r:.60}")
    if sock.family == socket.AF_UNIX and sock.type != socket.SOCK_DGRAM:
        return UNIX
    if sock.type == socket.SOCK_DGRAM:
        return DATAGRAM
    if sock.type == socket.SOCK_RAW:
        return RAW
    if sock.type == socket.SOCK_STREAM and sock.family in _INTERNET:
        return TCP
    raise ValueError(f"states draws stream, datagram, raw and Unix seqpacket sockets, not {sock!r:.80}")


def state_now(sock: socket.socket, machine: StateMachine) -> str:
    """The state's name; ``gone`` when there is no descriptor any more.

    Raises:
        OSError: the socket was closed while the kernel was asked.
    """
    if sock.fileno() < 0:
        return GONE
    if machine is TCP:
        return socket_state(sock).state or "CLOSE"
    if machine is UNIX:
        return _unix_state(sock)
    if _has_peer(sock):
        return "CONNECTED"
    return "BOUND" if _is_bound(sock, machine) else "UNBOUND"


def _unix_state(sock: socket.socket) -> str:
    if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return "LISTEN"
    if _has_peer(sock):
        poll = select.poll()
        poll.register(sock.fileno(), _POLLRDHUP if sys.platform == "linux" else 0)
        ended = any(happened & (_POLLRDHUP | select.POLLHUP) for _, happened in poll.poll(0))
        return "PEER_DONE" if ended else "CONNECTED"
    return "BOUND" if sock.getsockname() else "UNBOUND"


def _has_peer(sock: socket.socket) -> bool:
    with contextlib.suppress(OSError):
        sock.getpeername()
        return True
    # For a peer of port 0, which a raw socket may have, the kernel tells its table only.
    return sock.type == socket.SOCK_RAW and sock.family in _INTERNET and _raw_table_has_peer(sock)


def _raw_table_has_peer(sock: socket.socket) -> bool:
    """Source: proc(5) on /proc/net/raw: the third column is the peer, the tenth the inode."""
    path = Path("/proc/thread-self/net", "raw6" if sock.family == socket.AF_INET6 else "raw")
    inode = str(os.fstat(sock.fileno()).st_ino)
    with contextlib.suppress(FileNotFoundError):
        for line in path.read_text(encoding="ascii").splitlines()[1:]:
            columns = line.split()
            if columns[9] == inode:
                return bool(columns[2].strip("0:"))
    return False


def _is_bound(sock: socket.socket, machine: StateMachine) -> bool:
    name = sock.getsockname()
    if machine is RAW and sock.family in _INTERNET:  # the kernel writes the protocol's number where the port would be
        return name[0] not in ("0.0.0.0", "::")
    if sock.family in _INTERNET:
        return bool(name[1])
    return bool(name[0]) if isinstance(name, tuple) else bool(name)
