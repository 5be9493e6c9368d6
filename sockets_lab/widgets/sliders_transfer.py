"""A transfer that runs without end: both programs of it, in a process of their own, and the samples that it takes.

The process appends its samples to an unlinked file that its owner reads whenever it has time: busy code of a learner's
delays the drawing, and never the measuring.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import weakref
from typing import Any, NamedTuple

import msgpack

from sockets_lab.network.host import Host
from sockets_lab.network.namespaces import in_thread
from sockets_lab.observe.tcp_info import tcp_info_number
from sockets_lab.peers.processes import OwnerWatch
from sockets_lab.peers.spawner import fork_from_warm_parent, kill_child
from sockets_lab.peers.transcript import new_transcript_file

SAMPLE_EVERY_S = 0.25
LONGEST_S = 600.0  # then it ends by itself: nobody looks any more, and the wire records every packet
WINDOW_BYTES = 65_536  # what may be under way: less than a wire's queue holds, so that every loss is one asked for
_CHUNK = bytes(16_384)
_RTT, _TOTAL_RETRANSMISSIONS, _INFO_BYTES = 68, 100, 104  # struct tcp_info, linux/tcp.h


class Sample(NamedTuple):
    """What was seen at one moment.

    Attributes:
        at_s: on the monotonic clock.
        received: bytes that the reading program has got up to then.
        sent_again: segments that the sender's kernel has sent again up to then.
        round_trip_s: smoothed, as the sender's kernel has measured it (RFC 6298); 0 before the first.
    """

    at_s: float
    received: int
    sent_again: int
    round_trip_s: float


class Transfer:
    """One connection from a host to another, over which bytes flow until ``close()``.

    Args:
        sender: the host whose program sends.
        receiver: the host whose program reads.
        longest_s: how long it runs at most.
    Resources:
        a process and two descriptors; released by ``close()``, when nobody uses it any more, or with the owner.
    """

    def __init__(self, sender: Host, receiver: Host, *, longest_s: float = LONGEST_S) -> None:
        self._owner = os.getpid()
        self._log = new_transcript_file()
        self._offset = 0
        self._unpacker = msgpack.Unpacker()
        self._lifeline, theirs = socket.socketpair()
        self._finalizer = weakref.finalize(self, _release, self._lifeline, self._log, self._owner)
        try:
            with theirs:
                listener, client = in_thread(lambda: _make_sockets(sender, receiver))
                with listener, client:
                    params = {"owner": self._owner, "address": listener.getsockname(), "longest_s": longest_s}
                    fds = [theirs.fileno(), self._log, listener.fileno(), client.fileno()]
                    self._pid = fork_from_warm_parent(f"{__name__}:run", params, fds)
        except BaseException:
            self._finalizer()
            raise

    def samples(self) -> list[Sample]:
        """Those that were taken since the last call."""
        while self._finalizer.alive and (chunk := os.pread(self._log, 1 << 16, self._offset)):
            self._unpacker.feed(chunk)
            self._offset += len(chunk)
        return [Sample(*row) for row in self._unpacker]

    @property
    def ended(self) -> bool:
        """Whether it is over, by ``close()`` or by itself."""
        return not self._finalizer.alive or _is_closed(self._lifeline)

    def close(self) -> list[Sample]:
        """End it and return when its process is gone; the last samples. A second call does nothing."""
        if self._finalizer.alive and os.getpid() == self._owner:
            kill_child(self._pid)
        last = self.samples()
        self._finalizer()
        return last


def _make_sockets(sender: Host, receiver: Host) -> tuple[socket.socket, socket.socket]:
    with contextlib.ExitStack() as on_failure:
        with receiver:
            listener = on_failure.enter_context(socket.socket())
        with sender:
            client = on_failure.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
        listener.bind((receiver.address, 0))
        listener.listen(1)
        with contextlib.suppress(OSError):  # machines differ in their default, and so in what they do at a loss
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"reno")
        on_failure.pop_all()
    return listener, client


def _release(lifeline: socket.socket, log: int, owner: int) -> None:
    lifeline.close()
    if os.getpid() == owner:
        os.close(log)


# In the process of its own


def run(params: dict[str, Any], fds: list[int]) -> None:
    """Send, receive and sample until the owner ends it or has gone, the connection has broken, or time is up."""
    lifeline, log, (listener, client) = socket.socket(fileno=fds[0]), fds[1], map(_adopt, fds[2:])
    owner = OwnerWatch(params["owner"])
    reader = _Reader()
    threading.Thread(target=reader.read_one_client, args=(listener,), daemon=True).start()
    sending = threading.Thread(target=_send_without_end, args=(client, tuple(params["address"])), daemon=True)
    sending.start()
    begun = time.monotonic()
    wanted = True
    for number in range(1, int(params["longest_s"] / SAMPLE_EVERY_S) + 1):
        _write_sample(log, reader.received, client)
        while wanted and sending.is_alive() and (left := begun + number * SAMPLE_EVERY_S - time.monotonic()) > 0:
            # The owner never says a word: what can be read is the end of its side.
            wanted = owner.wait_readable(lifeline.fileno(), left) and not _is_closed(lifeline)
        if not (wanted and sending.is_alive()):
            break
    _write_sample(log, reader.received, client)


class _Reader:
    """The program that reads.

    Attributes:
        received: bytes, up to now.
    """

    received = 0

    def read_one_client(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        buffer = bytearray(WINDOW_BYTES)
        with contextlib.suppress(OSError):
            while count := connection.recv_into(buffer):
                self.received += count


def _send_without_end(client: socket.socket, address: tuple[str, int]) -> None:
    with contextlib.suppress(OSError):  # the connection broke: the samples tell that nothing arrives any more
        client.connect(address)
        while True:
            client.sendall(_CHUNK)


def _write_sample(log: int, received: int, client: socket.socket) -> None:
    info = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    again = tcp_info_number(info, _TOTAL_RETRANSMISSIONS)
    os.write(log, msgpack.packb(Sample(time.monotonic(), received, again, tcp_info_number(info, _RTT) / 1e6)))


def _adopt(fd: int) -> socket.socket:
    return socket.socket(fileno=fd)


def _is_closed(lifeline: socket.socket) -> bool:
    try:
        return not lifeline.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
