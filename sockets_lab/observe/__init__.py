"""What the kernel says of sockets, and what its errors mean."""

from sockets_lab.observe.connections import Connection, Connections, StateTimeout, connections, wait_for_state
from sockets_lab.observe.errnos import explain
from sockets_lab.observe.packet_counts import PacketCounts, packet_counts
from sockets_lab.observe.socket_state import SocketState, socket_state

__all__ = [
    "Connection",
    "Connections",
    "PacketCounts",
    "SocketState",
    "StateTimeout",
    "connections",
    "explain",
    "packet_counts",
    "socket_state",
    "wait_for_state",
]
