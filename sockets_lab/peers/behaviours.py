"""What background servers do with a client. Each is a few lines that a lesson can show.

A behaviour gets a :class:`Connection`, one for each client, in a thread of its own. ``black_hole`` and
``slow_accept`` are about the moment before there is a connection: they get the listening socket instead.
"""

from __future__ import annotations

import inspect
import socket
from collections.abc import Callable
from typing import Any

from sockets_lab.peers.connection import Connection
from sockets_lab.peers.listening import Listening

REGISTRY: dict[str, Behaviour] = {}


class Behaviour:
    """A behaviour's name and parameters: ``echo``, or ``dribbler(b"hello", every_s=0.01)``."""

    def __init__(self, function: Callable[..., None], params: dict[str, Any] | None = None) -> None:
        self.function = function
        self.name = function.__name__
        self.params = params or {}
        self.__doc__ = function.__doc__
        self.takes_listener = "listening" in inspect.signature(function).parameters

    def __call__(self, *args: Any, **kwargs: Any) -> Behaviour:
        """The same behaviour with parameters.

        Raises:
            TypeError: the behaviour has no such parameter, or one is missing.
        """
        bound = inspect.signature(self.function).bind(None, *args, **kwargs)
        first, *_ = bound.arguments
        del bound.arguments[first]
        return Behaviour(self.function, {**self.params, **bound.arguments})

    @property
    def source(self) -> str:
        """The behaviour's code, for reading."""
        return inspect.getsource(self.function).split("\n", 1)[1]

    def check_complete(self) -> None:
        """Raise TypeError when a parameter that has no default was not given."""
        inspect.signature(self.function).bind(None, **self.params)

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{key}={value!r}' for key, value in self.params.items())})"


def behaviour(function: Callable[..., None]) -> Behaviour:
    """Make a function a behaviour that ``serve`` can start by name."""
    made = REGISTRY[function.__name__] = Behaviour(function)
    return made


@behaviour
def echo(client: Connection) -> None:
    """Sends back whatever comes, until the client finishes."""
    while data := client.recv():
        client.send(data)


@behaviour
def collector(client: Connection) -> None:
    """Only reads, and writes down what each recv returned."""
    while client.recv():
        pass


@behaviour
def late_reader(client: Connection, pile: int) -> None:
    """Lets `pile` bytes gather in the kernel before it reads for the first time."""
    client.sock.recv(pile, socket.MSG_PEEK | socket.MSG_WAITALL)
    while client.recv():
        pass


@behaviour
def banner(client: Connection, text: bytes = b"Welcome!\r\n") -> None:
    """Speaks first, says one thing, and closes."""
    client.send(text)


@behaviour
def dribbler(client: Connection, data: bytes, every_s: float = 0.01) -> None:
    """Sends data one byte at a time, so that each byte is a segment of its own."""
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in data:
        client.send(bytes([byte]))
        client.pause(every_s)


@behaviour
def coalescer(client: Connection, messages: list[bytes]) -> None:
    """Sends several messages in one go, with nothing between them."""
    client.send(b"".join(messages))


@behaviour
def half_closer(client: Connection, data: bytes = b"") -> None:
    """Sends data, finishes sending, and goes on reading."""
    client.send(data)
    client.finish_sending()
    client.recv_until_end()


@behaviour
def replier(client: Connection, reply: bytes) -> None:
    """Reads until the client has finished sending, then replies and closes."""
    client.recv_until_end()
    client.send(reply)


@behaviour
def hasty_replier(client: Connection, reply: bytes) -> None:
    """Replies as soon as a request begins to arrive, and closes without having read it."""
    client.sock.recv(1, socket.MSG_PEEK)
    client.send(reply)


@behaviour
def resetter(client: Connection, data: bytes = b"", after_bytes: int = 0) -> None:
    """Reads after_bytes, sends data, then ends the connection with a reset."""
    client.recv_exactly(after_bytes)
    client.send(data)
    client.reset()


@behaviour
def never_reader(client: Connection) -> None:
    """Accepts and never reads: whatever is sent stays in the buffers."""
    client.wait_for_the_end()


@behaviour
def flooder(client: Connection, chunk: int = 65536) -> None:
    """Sends without end, as fast as the client takes it."""
    while True:
        client.send(b"x" * chunk)


@behaviour
def silent(client: Connection) -> None:
    """Reads and never says a word."""
    while client.recv():
        pass
    client.wait_for_the_end()


@behaviour
def slow_accept(listening: Listening, delay_s: float = 0.5) -> None:
    """Lets clients wait in the queue: accepts one every delay_s, and echoes."""
    while True:
        listening.pause(delay_s)
        listening.start(echo.function, listening.accept())


@behaviour
def black_hole(listening: Listening) -> None:
    """Accepts nobody. Its queue is full, so that the kernel ignores who knocks."""
    listening.fill_queue()
    listening.wait_for_the_end()
