"""Conversations between two hosts, for the tests of the network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sockets_lab.network import Network


@contextmanager
def connection(net: Network, *, family: int = socket.AF_INET) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A TCP connection from the first host to the last: both ends."""
    first, *_, last = net.hosts.values()
    with last:
        listener = socket.create_server(("", 0), family=family)
    with first:
        client = socket.socket(family)
    address = last.address if family == socket.AF_INET else last.address6
    with listener, client:
        client.settimeout(10)
        client.connect((address, listener.getsockname()[1]))
        listener.settimeout(10)
        server, _ = listener.accept()
        with server:
            server.settimeout(10)
            yield client, server


@contextmanager
def datagrams(net: Network, *, family: int = socket.AF_INET) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connected UDP socket at the first host and the one at the last that it sends to."""
    first, *_, last = net.hosts.values()
    with last:
        receiver = socket.socket(family, socket.SOCK_DGRAM)
    with first:
        sender = socket.socket(family, socket.SOCK_DGRAM)
    address = last.address if family == socket.AF_INET else last.address6
    with receiver, sender:
        receiver.bind((address, 9000))
        receiver.settimeout(10)
        sender.connect((address, 9000))
        sender.settimeout(10)
        yield sender, receiver


def transfer(sender: socket.socket, receiver: socket.socket, size: int) -> bytes:
    """Send ``size`` bytes and the end of them; what arrived."""
    data = bytes(range(256)) * (size // 256)

    def send() -> None:
        sender.sendall(data)
        sender.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=send)
    thread.start()
    got = bytearray()
    while chunk := receiver.recv(1 << 16):
        got += chunk
    thread.join()
    assert got == data
    return bytes(got)
