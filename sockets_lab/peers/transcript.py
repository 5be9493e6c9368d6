"""What a peer saw and did, with times: written by the peer, readable by its owner at any moment.

The peer appends to an unlinked file that both hold open, so that a transcript survives its peer, however the
peer ended, and a peer never waits for a reader.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgpack

SHOWN_BYTES = 64
MAX_EVENTS = 2000


@dataclass(frozen=True)
class Event:
    """One thing that a peer did or saw.

    Attributes:
        at: seconds on the monotonic clock.
        who: ``""`` for the server itself, else a connection's name.
        call: what was done, in words or as a call.
        note: what came of it.
        data: the first bytes that travelled, if any did.
        size: how many bytes travelled.
    """

    at: float
    who: str
    call: str
    note: str = ""
    data: bytes = b""
    size: int = 0


Record = Callable[[Event], None]


class TranscriptWriter:
    """The peer's side: appends events to the shared file, up to ``MAX_EVENTS``."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._count = 0
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Write one event; past the limit only a last word that more happened."""
        with self._lock:
            self._count += 1
            if self._count > MAX_EVENTS:
                return
            if self._count == MAX_EVENTS:
                event = Event(event.at, "", "(more happened; the transcript ends here)")
            row = (event.at, event.who, event.call, event.note, event.data[:SHOWN_BYTES], event.size)
            os.write(self._fd, msgpack.packb(row))


def new_transcript_file() -> int:
    """A descriptor of an unlinked, append-only file; the caller closes it."""
    if sys.platform == "linux":
        with contextlib.suppress(PermissionError):  # a sandbox may want all files to be where it counts them
            return os.memfd_create("transcript", os.MFD_CLOEXEC)
    fd, path = tempfile.mkstemp()
    os.unlink(path)
    return fd


class Transcript:
    """What a peer has seen and done up to now: a list of events that prints as a table."""

    def __init__(self, events: list[Event], start: float) -> None:
        self.events = events
        self.start = start

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def __str__(self) -> str:
        return "\n".join(format_event(event, self.start) for event in self.events) or "(nothing happened yet)"

    __repr__ = __str__


def read_transcript(fd: int, start: float) -> Transcript:
    """Read the shared file from its beginning."""
    unpacker = msgpack.Unpacker(raw=False)
    offset = 0
    while chunk := os.pread(fd, 1 << 16, offset):
        unpacker.feed(chunk)
        offset += len(chunk)
    return Transcript([Event(*row) for row in unpacker], start)


def format_event(event: Event, start: float) -> str:
    """One line: the time since ``start``, who, the call and what came of it."""
    words = [f"{max(0.0, event.at - start):6.3f} s"]
    if event.who:
        words.append(event.who)
    words.append(event.call + (f" -> {event.note}" if event.note else ""))
    if event.data:
        words.append(show_bytes(event.data, event.size))
    return "  ".join(words)


def show_bytes(data: bytes, size: int | None = None, limit: int = 40) -> str:
    """Bytes as a Python literal, cut after ``limit`` of them with a word on the rest."""
    size = len(data) if size is None else size
    rest = size - min(limit, len(data))
    return repr(bytes(data[:limit])) + (f" and {rest:,} more" if rest > 0 else "")


def show_size(count: int) -> str:
    """How many bytes, in words."""
    return "1 byte" if count == 1 else f"{count} bytes"


def now_event(who: str, call: str, note: str = "", data: Any = b"", size: int | None = None) -> Event:
    """An event that happens now."""
    data = bytes(data[:SHOWN_BYTES])
    return Event(time.monotonic(), who, call, note, data, len(data) if size is None else size)
