"""The wires' record of every packet, as their process writes it into memory that it shares with its owner.

A record is one packet, or a batch of them as they lay in the ring that they came from. It is in native order and
aligned to 8 bytes, so that the time of arrival can be filled in later by one store.
"""

from __future__ import annotations

import mmap
import os
import struct

# Bytes of the record, end of the wire that sent it, flags, cause, kept bytes, frame's bytes, sent, arrived, detail
HEADER = struct.Struct("=IHBBIIQQQ")
HEADER_BYTES, FLAGS_AT, ARRIVED_AT = HEADER.size, 6, 24
PACK_HEADER, ARRIVED = HEADER.pack_into, struct.Struct("=Q")
SEGMENT_BYTES = 1 << 24
DROPPED, COPY, OVERTAKEN, CORRUPTED, IN_BATCH = 1, 2, 4, 8, 128
# Memory is asked for in such steps: a page that is first touched by a write costs as much as the packet in it.
POPULATE_BYTES, _MADV_POPULATE_WRITE = 1 << 20, 23
CAUSES = ["", "loss", "cut", "the queue is full", "duplication", "reordering", "corruption", "too long for the wire"]
CAUSES += ["the other end is down"]
LOSS, CUT, QUEUE_FULL, DUPLICATION, REORDERING, CORRUPTION, TOO_LONG, NOT_SENT = range(1, 9)
FIRST_RULE = 32


class JournalWriter:
    """Appends records, in the wire's process.

    Args:
        fd: an empty file in memory.
        limit_bytes: how much it may grow to; packets that come later are counted only.
    Attributes:
        memory: the segment that is written now.
        at: where in it the next record goes.
        count: packets recorded.
        not_kept: packets that came when it was full.
    """

    def __init__(self, fd: int, limit_bytes: int) -> None:
        self._fd = fd
        self._segments = 0
        self._most = max(1, limit_bytes // SEGMENT_BYTES)
        self.not_kept = 0
        self.count = 0
        self._populates = True
        self._next_segment()

    def _next_segment(self) -> None:
        start = self._segments * SEGMENT_BYTES
        os.ftruncate(self._fd, start + SEGMENT_BYTES)
        self.memory = mmap.mmap(self._fd, SEGMENT_BYTES, offset=start)
        self.at = 0
        self._populated = 0
        self._segments += 1

    def write(
        self, end: int, frame: bytes | memoryview, sent_ns: int, arrived_ns: int, flags: int, cause: int, detail: int
    ) -> Slot | None:
        """Record a frame; with the slot, what is not known yet can be filled in. None if it was not kept."""
        size = len(frame)
        at = self.at
        begin = at + HEADER_BYTES
        stop = begin + size
        if stop + 8 > SEGMENT_BYTES:
            if not self._room():
                return None
            at, begin, stop = 0, HEADER_BYTES, HEADER_BYTES + size
        if stop > self._populated:
            self._populate()
        self.memory[begin:stop] = frame
        following = (stop + 7) & ~7
        PACK_HEADER(self.memory, at, following - at, end, flags, cause, size, size, sent_ns, arrived_ns, detail)
        self.at = following
        self.count += 1
        return self.memory, at

    def write_batch(self, end: int, frames: memoryview, stride: int, count: int, arrived_ns: int) -> Slot | None:
        """Record ``count`` frames as they lie in their ring, ``stride`` bytes apart; the first one's slot."""
        size = len(frames)
        if self.at + HEADER_BYTES + size + 8 > SEGMENT_BYTES and not self._room(count):
            return None
        at = self.at
        begin = at + HEADER_BYTES
        stop = begin + size
        while stop > self._populated:
            self._populate()
        self.memory[begin:stop] = frames
        PACK_HEADER(self.memory, at, stop - at, end, IN_BATCH, 0, count, stride, 0, arrived_ns, 0)
        self.at = stop
        self.count += count
        return self.memory, begin

    def _populate(self) -> None:
        """Have the kernel provide the next pages at once."""
        start, self._populated = self._populated, min(self._populated + POPULATE_BYTES, SEGMENT_BYTES)
        if self._populates:
            try:
                self.memory.madvise(_MADV_POPULATE_WRITE, start, self._populated - start)
            except OSError:  # Linux before 5.14: a page comes when it is touched
                self._populates = False

    def _room(self, count: int = 1) -> bool:
        if self._segments >= self._most:
            self.not_kept += count
            return False
        self._next_segment()
        return True


def fill_in(slot: Slot | None, arrived_ns: int, flags: int = 0, cause: int = 0) -> None:
    """What became of a packet in the end.

    In a batch the same places lie in the ring's own header: in its unused end, and in the upper half of a length that
    is below 65,536.
    """
    if slot is not None:
        memory, at = slot
        ARRIVED.pack_into(memory, at + ARRIVED_AT, arrived_ns)
        if flags:
            memory[at + FLAGS_AT] |= flags
            memory[at + FLAGS_AT + 1] = cause


Slot = tuple[mmap.mmap, int]
