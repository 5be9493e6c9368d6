"""The wires' record of every packet, as their owner reads it."""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

from sockets_lab.network.journal import DROPPED, HEADER, HEADER_BYTES, IN_BATCH, SEGMENT_BYTES

# Of a frame in a ring: its status, length, flags and cause (see ``fill_in``), kept bytes, where it begins, the time
_RING_HEADER = struct.Struct("=IHBBIHxxII")


class Record(NamedTuple):
    """One packet as the wire recorded it."""

    end: int
    flags: int
    cause: int
    sent_ns: int
    arrived_ns: int
    detail: int
    frame: bytes


def read_journal(fd: int) -> Iterator[Record]:
    """The records of a journal, in the order in which the wire took the packets in."""
    size = os.fstat(fd).st_size
    for start in range(0, size, SEGMENT_BYTES):
        with mmap.mmap(fd, SEGMENT_BYTES, prot=mmap.PROT_READ, offset=start) as memory:
            at = 0
            while at + HEADER_BYTES <= SEGMENT_BYTES:
                length, end, flags, cause, kept, stride, sent, arrived, detail = HEADER.unpack_from(memory, at)
                if not length:
                    break
                begin = at + HEADER_BYTES
                if flags & IN_BATCH:
                    for frame_at in range(begin, begin + kept * stride, stride):
                        yield _in_batch(memory, frame_at, end, arrived)
                else:
                    yield Record(end, flags, cause, sent, arrived, detail, memory[begin : begin + kept])
                at += length


def _in_batch(memory: mmap.mmap, at: int, end: int, arrived: int) -> Record:
    _, _, flags, cause, kept, offset, seconds, nanoseconds = _RING_HEADER.unpack_from(memory, at)
    sent = seconds * 1_000_000_000 + nanoseconds
    frame = memory[at + offset : at + offset + kept]
    return Record(end, flags, cause, sent, 0 if flags & DROPPED else arrived, 0, frame)
