"""A listening socket inside a peer: accepts, names the clients, and gives each a thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from sockets_lab.peers.connection import Connection, describe_error
from sockets_lab.peers.transcript import Record, now_event


class Listening:
    """The listener of one peer and the connections that it accepted.

    Args:
        sock: a listening socket, owned from now on.
        record: receives an event for everything that happens.
        ending: set when the peer is to end.
        backlog: what ``listen`` was called with.
    Attributes:
        ready: set as soon as the behaviour begins to wait for clients, or for the end.
    """

    def __init__(self, sock: socket.socket, record: Record, ending: threading.Event, backlog: int) -> None:
        self.sock = sock
        self.ready = threading.Event()
        self._backlog = backlog
        self._record = record
        self._ending = ending
        self._accepted = 0
        self._fillers: list[socket.socket] = []

    def accept(self) -> Connection:
        """The next client, named ``client N``."""
        self.ready.set()
        sock, address = self.sock.accept()
        self._accepted += 1
        who = f"client {self._accepted}"
        self._record(now_event(who, "accept()", f"{address[0]}:{address[1]}"))
        return Connection(sock, self._record, who, self._ending)

    def start(
        self, function: Callable[..., None], connection: Connection, params: dict[str, Any] | None = None
    ) -> None:
        """Serve one client in a thread, and close its connection at the end."""
        threading.Thread(target=_serve, args=(function, connection, params or {}), daemon=True).start()

    def fill_queue(self) -> None:
        """Connect to ourselves until the accept queue is full, so that the kernel drops each new SYN.

        Source: listen(2); Linux admits one connection more than the backlog (``sk_acceptq_is_full``).
        """
        for _ in range(self._backlog + 1):
            self._fillers.append(socket.create_connection(self.sock.getsockname()))

    def pause(self, seconds: float) -> None:
        """Wait ``seconds``, or until the peer is told to end."""
        self.ready.set()
        self._ending.wait(seconds)

    def wait_for_the_end(self) -> None:
        """Do nothing until the peer is told to end."""
        self.ready.set()
        self._ending.wait()


def _serve(function: Callable[..., None], connection: Connection, params: dict[str, Any]) -> None:
    with connection:
        try:
            function(connection, **params)
        except Exception as error:  # a parameter of the wrong type, say: the transcript tells, nobody sees stderr
            connection.note("ended", describe_error(error))
