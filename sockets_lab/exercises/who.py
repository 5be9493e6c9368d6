"""Who is who on loopback: the lab's ends of a trial's connections, and what its report calls them."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any

YOUR_CODE = "your code"
End = tuple[str, int]  # IP address and port


class WhoIsWho:
    """Knows the lab's own ends; whoever talks to them is the learner's code.

    A connection's end is told by both addresses: all connections of a server have the same one of their own.
    """

    def __init__(self) -> None:
        self._connections: dict[tuple[End, End], str] = {}
        self._alone: dict[End, str] = {}
        self._since_ns: dict[tuple[End, End], int] = {}

    def peer(self, sock: socket.socket, name: str, *, handed_over: bool = False) -> None:
        """Note a connected socket that the trial plays.

        Args:
            handed_over: the learner's code gets the other end as it is now; how it was connected is not its doing.
        """
        with contextlib.suppress(OSError):  # the other side has broken it off already
            ends = _end(sock.getsockname()), _end(sock.getpeername())
            self._connections[ends] = name
            if handed_over:
                self._since_ns[ends] = self._since_ns[ends[::-1]] = time.time_ns()

    def alone(self, address: Any, name: str) -> None:
        """Note an address of the lab that is at no end of a connection: a listener's, or one that refuses."""
        self._alone[_end(address)] = name

    def of_packet(self, source: End, target: End, time_ns: int) -> tuple[str, str] | None:
        """Who sent a packet, and to whom; None if it does not concern the learner's code."""
        sender, receiver = self._name(source, target), self._name(target, source)
        if (sender is None) == (receiver is None) or time_ns < self._since_ns.get((source, target), 0):
            return None
        return sender or YOUR_CODE, receiver or YOUR_CODE

    def _name(self, end: End, other: End) -> str | None:
        return self._connections.get((end, other)) or self._alone.get(end)


def _end(address: Any) -> End:
    return str(address[0]), int(address[1])
