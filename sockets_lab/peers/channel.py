"""Messages between the lab's processes: plain data and descriptors over a Unix stream socket.

A message is a msgpack value behind a 5-byte header: the body's length (u32, big-endian) and the number of
descriptors that travel with it (u8). Descriptors ride on the header as SCM_RIGHTS ancillary data (unix(7)).
Nothing here unpickles or evaluates, because one end may belong to a learner's process.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, Self

import msgpack

_HEADER = struct.Struct(">IB")
MAX_BODY_BYTES = 16 * 1024 * 1024  # decoded, the worst case is some sixty times as large
MAX_DESCRIPTORS = 128
OTHERS_RECEIVE_WITHIN_S = 3.0
_CLOSE_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)  # at once, where the system can: another thread may exec


class ChannelError(Exception):
    """The channel cannot be used further."""


class ChannelClosed(ChannelError):
    """The other end is gone."""


class ChannelTimeout(ChannelError):
    """The other end did not finish a message in time."""


class BadMessage(ChannelError):
    """The other end sent something that is not a message."""


class Channel:
    """One end of a message channel.

    Args:
        max_bytes: of a message that comes in.
    Resources:
        owns the socket that it was given; ``close()`` or the ``with`` block closes it.
    """

    def __init__(self, sock: socket.socket, max_bytes: int = MAX_BODY_BYTES) -> None:
        self._sock = sock
        self._max_bytes = max_bytes

    @classmethod
    def pair(cls) -> tuple[Channel, Channel]:
        """Two connected ends."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        return cls(ours), cls(theirs)

    @classmethod
    def adopt(cls, fd: int, max_bytes: int = MAX_BODY_BYTES) -> Channel:
        """The end behind a descriptor that another process handed over."""
        return cls(socket.socket(fileno=fd), max_bytes)

    def send(self, message: Any, fds: Sequence[int] = (), *, timeout_s: float | None = None) -> None:
        """Send one message and duplicates of ``fds``.

        Raises:
            ChannelClosed: the other end is gone.
            ChannelTimeout: it did not read for ``timeout_s`` seconds.
            BadMessage: it is not plain data, or larger than the other end would accept.
        """
        try:
            # A lone surrogate, which UTF-8 has no bytes for, travels as the escape that shows it.
            body = msgpack.packb(message, use_bin_type=True, unicode_errors="backslashreplace")
        except (TypeError, ValueError, OverflowError) as error:
            raise BadMessage(str(error)) from error
        if len(body) > MAX_BODY_BYTES or len(fds) > MAX_DESCRIPTORS:
            raise BadMessage(f"a message of {len(body)} bytes and {len(fds)} descriptors is too large to send")
        header = _HEADER.pack(len(body), len(fds))
        try:
            self._sock.settimeout(timeout_s)
            if fds:
                # A header of 5 bytes always fits, so that the descriptors leave with all of it.
                self._send_descriptors(header, fds)
                self._sock.sendall(body)
            else:
                self._sock.sendall(header + body)
        except TimeoutError as error:
            raise ChannelTimeout("the other end does not read") from error
        except OSError as error:
            raise ChannelClosed(str(error)) from error

    def _send_descriptors(self, header: bytes, fds: Sequence[int]) -> None:
        """Send them, in spite of another process of this user that has too many under way for a moment: unix(7)."""
        deadline = time.monotonic() + OTHERS_RECEIVE_WITHIN_S
        while True:
            try:
                socket.send_fds(self._sock, [header], list(fds))
                return
            except OSError as error:
                if error.errno != errno.ETOOMANYREFS or time.monotonic() > deadline:
                    raise
            time.sleep(0.01)

    def hang_up(self) -> None:
        """Let whoever waits at either end hear that there will be no more. Source: shutdown(2)."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def receive(self, *, timeout_s: float | None = None) -> tuple[Any, list[int]]:
        """The next message and the descriptors that came with it, which the caller then owns.

        Args:
            timeout_s: seconds for the whole message, however slowly it trickles in.
        Raises:
            ChannelClosed, ChannelTimeout, BadMessage: after any of them no descriptor is left open.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        fds: list[int] = []
        try:
            header = self._read(_HEADER.size, deadline, fds)
            length, expected_fds = _HEADER.unpack(header)
            if length > self._max_bytes:
                raise BadMessage(f"a message claims {length} bytes; {self._max_bytes} are allowed")
            body = self._read(length, deadline, None)
            if len(fds) != expected_fds:
                raise BadMessage(f"{expected_fds} descriptors were announced and {len(fds)} came")
            try:
                return msgpack.unpackb(body, raw=False, strict_map_key=False, timestamp=1, ext_hook=_refuse), fds
            except Exception as error:  # msgpack raises many kinds for hostile bytes
                raise BadMessage(f"not a message: {error}") from error
        except BaseException:
            for fd in fds:
                os.close(fd)
            raise

    def _read(self, count: int, deadline: float | None, fds: list[int] | None) -> bytes:
        got = bytearray()
        while len(got) < count:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left < 0 and got:
                raise ChannelTimeout("no whole message in time")
            try:
                self._sock.settimeout(None if left is None else max(1e-6, left))
                if fds is None:
                    chunk = self._sock.recv(min(count - len(got), 1 << 20))
                else:
                    chunk, new_fds, _flags, _ = socket.recv_fds(
                        self._sock, count - len(got), MAX_DESCRIPTORS, _CLOSE_ON_EXEC
                    )
                    fds.extend(new_fds)
                    for fd in new_fds:
                        os.set_inheritable(fd, False)
            except TimeoutError as error:
                raise ChannelTimeout("no whole message in time") from error
            except OSError as error:
                raise ChannelClosed(str(error)) from error
            if not chunk:
                raise ChannelClosed("the other end closed the channel")
            got += chunk
        return bytes(got)

    def fileno(self) -> int:
        """The descriptor, for select(2) and for handing over."""
        return self._sock.fileno()

    def close(self) -> None:
        """Close this end; the other end reads ChannelClosed."""
        with contextlib.suppress(OSError):  # a learner's function may have closed every descriptor it found
            self._sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _refuse(code: int, _data: bytes) -> None:
    raise ValueError(f"extension type {code}")
