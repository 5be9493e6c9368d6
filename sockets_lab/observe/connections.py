"""The machine's TCP sockets, other programs' and those that outlive their program included."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sockets_lab.observe.addresses import in_words
from sockets_lab.observe.tcp_states import MEANINGS

POLL_S = 0.005


class StateTimeout(Exception):
    """The state was not seen in time; the text says what was seen instead."""


@dataclass(frozen=True)
class Connection:
    """One row of the kernel's table of TCP sockets.

    Attributes:
        state: by the kernel's name, such as ``TIME_WAIT``.
        local: ``(host, port)``.
        peer: ``(host, port)``; None for a listener.
    """

    state: str
    local: tuple[str, int]
    peer: tuple[str, int] | None

    def __str__(self) -> str:
        return f"{self.state:<13}{in_words(self.local):<23}{in_words(self.peer) if self.peer else 'anybody'}"

    __repr__ = __str__


class Connections(list[Connection]):
    """Rows of the kernel's table, a line each."""

    def __str__(self) -> str:
        head = f"{'state':<13}{'local':<23}peer"
        return "\n".join([head, *map(str, self)]) if self else "none"

    __repr__ = __str__


def connections(port: int) -> Connections:
    """The TCP sockets whose local or remote port is ``port``: the listener first, then its side, then the others.

    Args:
        port: 1 to 65535, of a server for example.
    Raises:
        ValueError: not a port.
    Resources:
        none.
    Source: proc(5) on /proc/net/tcp, read by psutil. On macOS an ordinary user sees this process's sockets only.
    """
    if not isinstance(port, int) or not 0 < port < 65536:
        raise ValueError(f"connections takes a port, a number from 1 to 65535, not {port!r:.60}; try server.address[1]")
    rows = [row for row in _all_rows() if port in (row.local[1], row.peer and row.peer[1])]
    return Connections(sorted(rows, key=lambda row: (row.state != "LISTEN", row.local[1] != port, row.peer or ("", 0))))


def own_connections() -> Connections:
    """This process's TCP sockets, as far as it still has their descriptors.

    Source: proc(5) on /proc/net/tcp and /proc/pid/fd, read by psutil.
    """
    import psutil  # not needed by a lesson's first cell

    return _as_rows(psutil.Process().net_connections("tcp"))


def wait_for_state(address: Any, state: str, *, timeout_s: float = 2.0) -> Connection:
    """Wait until a TCP socket at the local address ``address`` is in ``state``.

    The kernels exchange packets beside your program: a moment after a call the news may still be on its way.

    Args:
        address: local, as ``sock.getsockname()`` gives it.
        state: ``ESTABLISHED``, ``TIME_WAIT`` and so on.
        timeout_s: seconds for the whole wait.
    Raises:
        StateTimeout: naming the states that were seen instead.
        ValueError: there is no such state.
    Source: RFC 9293, section 3.3.2.
    """
    if state not in MEANINGS:
        raise ValueError(f"there is no TCP state {state!r:.60}; there are {', '.join(MEANINGS)}")
    wanted = tuple(address[:2])
    deadline = time.monotonic() + timeout_s
    while True:
        rows = [row for row in _all_rows() if row.local == wanted]
        for row in rows:
            if row.state == state:
                return row
        if time.monotonic() > deadline:
            seen = ", ".join(sorted({row.state for row in rows})) or "no socket there"
            raise StateTimeout(f"{in_words(address)} was not in {state} within {timeout_s:g} s; seen: {seen}")
        time.sleep(POLL_S)


def _all_rows() -> Connections:
    import psutil  # not needed by a lesson's first cell

    found: Sequence[Any]
    try:
        found = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        found = psutil.Process().net_connections("tcp")
    return _as_rows(found)


def _as_rows(found: Sequence[Any]) -> Connections:
    return Connections(
        Connection(row.status, (row.laddr.ip, row.laddr.port), (row.raddr.ip, row.raddr.port) if row.raddr else None)
        for row in found
        if row.laddr
    )
