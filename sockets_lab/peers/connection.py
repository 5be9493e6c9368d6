"""A connected socket that writes down what is done with it. Behaviours and trials both speak through it."""

from __future__ import annotations

import errno
import os
import socket
import struct
import threading
import time
from typing import Any, Self

from sockets_lab.peers.transcript import SHOWN_BYTES, Event, Record, now_event, show_size

DEFAULT_READ = 65536


class Connection:
    """One end of a TCP connection, recorded.

    Args:
        sock: the connected socket, owned from now on.
        record: receives an event for everything that happens here.
        who: the name that the events carry.
        ending: set when the owner wants the peer to end; ``pause`` and ``wait_for_the_end`` watch it.
    """

    def __init__(self, sock: socket.socket, record: Record, who: str, ending: threading.Event | None = None) -> None:
        self.sock = sock
        self._record = record
        self._who = who
        self._ending = ending or threading.Event()

    def note(self, call: str, note: str = "", data: bytes = b"", size: int | None = None) -> None:
        """Write something down."""
        self._record(now_event(self._who, call, note, data, size))

    def recv(self, count: int = DEFAULT_READ) -> bytes:
        """Up to ``count`` bytes; ``b""`` when the other side has finished sending.

        Raises:
            OSError: as recv(2), after writing it down; ConnectionResetError after a reset.
        """
        try:
            data = self.sock.recv(count)
        except OSError as error:
            self.note(f"recv({count})", describe_error(error))
            raise
        if data:
            self.note(f"recv({count})", show_size(len(data)), data, len(data))
        else:
            self.note(f"recv({count})", "0 bytes: the other side will send no more")
        return data

    def recv_until_end(self) -> bytes:
        """Everything up to the other side's end of sending."""
        parts = []
        while data := self.recv():
            parts.append(data)
        return b"".join(parts)

    def recv_exactly(self, count: int) -> bytes:
        """Exactly ``count`` bytes, or fewer when the other side finishes sooner."""
        got = b""
        while len(got) < count and (data := self.recv(count - len(got))):
            got += data
        return got

    def send(self, data: bytes) -> None:
        """Send all of ``data``.

        Raises:
            OSError: as send(2), after writing it down.
        """
        begun = time.monotonic()  # the other side may have read it before sendall returns
        try:
            self.sock.sendall(data)
        except OSError as error:
            self.note(f"send({show_size(len(data))})", describe_error(error))
            raise
        self._record(Event(begun, self._who, f"send({show_size(len(data))})", "", data[:SHOWN_BYTES], len(data)))

    def finish_sending(self) -> None:
        """Half-close: send FIN and go on reading. Source: shutdown(2), RFC 9293 section 3.6.

        Raises:
            OSError: as shutdown(2), after writing it down; ConnectionResetError after a reset, where
                shutdown itself says only that there is no connection any more.
        """
        self.note("shutdown(SHUT_WR)", "no more will be sent")
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            cause = self._pending_error() or error
            self.note("shutdown(SHUT_WR)", describe_error(cause))
            raise cause from error

    def _pending_error(self) -> OSError | None:
        """What ended the connection and was not told by a call yet. Source: SO_ERROR, socket(7)."""
        number = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return OSError(number, os.strerror(number)) if number else None

    def reset(self) -> None:
        """Close with a RST instead of a FIN. Source: SO_LINGER with zero seconds, socket(7)."""
        self.note("close()", "with a reset")
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self) -> None:
        """Close, writing it down the first time."""
        if self.sock.fileno() != -1:
            self.note("close()")
            self.sock.close()

    def pause(self, seconds: float) -> None:
        """Wait ``seconds``, or until the peer is told to end."""
        self._ending.wait(seconds)

    def wait_for_the_end(self) -> None:
        """Do nothing until the peer is told to end."""
        self._ending.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def describe_error(error: BaseException) -> str:
    """The errno's name and meaning, or the exception's own words."""
    number: Any = getattr(error, "errno", None)
    if number in errno.errorcode:
        return f"{type(error).__name__} {errno.errorcode[number]}: {error.strerror}"  # type: ignore[attr-defined]
    return f"{type(error).__name__}: {error}"
