"""The kinds of sockets that the stepper offers, and the Python that makes and names them."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from typing import Any

from sockets_lab.observe.small_machines import DATAGRAM, RAW, UNIX
from sockets_lab.observe.state_machine import StateMachine
from sockets_lab.observe.tcp_machine import TCP

# For experiments, so that nobody else answers. Source: RFC 3692, section 2.1; IANA's protocol numbers.
EXPERIMENTAL_PROTOCOL = 253

CONNECTING = ("socket", "bind", "listen", "connect", "accept", "send", "recv", "shutdown", "close")
NAMING = ("socket", "bind", "listen", "connect", "accept", "send", "sendto", "recv", "shutdown", "close")
ACCEPTED = ("send", "recv", "shutdown", "close")


@dataclass(frozen=True)
class Kind:
    """One kind.

    Attributes:
        name: what the learner calls it.
        maker: the Python that makes such a socket.
        machine: the table that it follows.
        calls: those that it has buttons for.
        client_address: what the client's bind takes, in Python.
    """

    name: str
    maker: str
    machine: StateMachine
    calls: tuple[str, ...]
    client_address: str

    @property
    def accepts(self) -> bool:
        """Whether accept() can give a third socket."""
        return self.machine in (TCP, UNIX)

    @property
    def on_the_network(self) -> bool:
        """Whether it sends packets that can be captured."""
        return self.machine is not UNIX


KINDS = {
    kind.name: kind
    for kind in (
        Kind("stream", "socket.socket(socket.AF_INET, socket.SOCK_STREAM)", TCP, CONNECTING, '("127.0.0.1", 0)'),
        Kind("datagram", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)", DATAGRAM, NAMING, '("127.0.0.1", 0)'),
        Kind(
            "raw",
            f"socket.socket(socket.AF_INET, socket.SOCK_RAW, {EXPERIMENTAL_PROTOCOL})",
            RAW,
            NAMING,
            '("127.0.0.2", 0)',
        ),
        Kind("seqpacket", "socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)", UNIX, CONNECTING, '""'),
    )
}


def kind_of(name: str) -> Kind:
    """The kind of that name.

    Raises:
        ValueError: there is none; the text names those that there are.
    """
    if name not in KINDS:
        raise ValueError(f"stepper knows the kinds {', '.join(KINDS)}, not {name!r:.60}")
    return KINDS[name]


def new_address(kind: Kind) -> Any:
    """An address for the server that nobody has now: the program names it, so that it can be used twice."""
    if kind.machine is UNIX:
        return f"\0sockets-lab-{secrets.token_hex(4)}"
    if kind.machine is RAW:
        return ("127.0.0.1", 0)
    transport = socket.SOCK_STREAM if kind.machine is TCP else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, transport) as probe:
        probe.bind(("127.0.0.1", 0))
        return ("127.0.0.1", probe.getsockname()[1])
