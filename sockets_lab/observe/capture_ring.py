"""A ring of memory that the kernel fills with packets, block by block; no call and no copy for each of them.

Source: packet(7); Documentation/networking/packet_mmap.rst on TPACKET_V3; linux/if_packet.h.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from sockets_lab.observe.capture_blocks import BLOCK, BLOCK_BYTES, BLOCKS, SOL_PACKET

_RX_RING, _VERSION, _IGNORE_OUTGOING = 5, 10, 23
_TPACKET_V3 = 2
_ETH_P_ALL = 3
_RETIRE_MS = 4
_PACKET_OUTGOING = 4
_ARPHRD_LOOPBACK = 772
_FRAME = struct.Struct("=IIIIIIHH")  # next, seconds, nanoseconds, kept, length, status, offset of link header, of IP
_ADDRESS = struct.Struct("=HHiHBB")  # struct sockaddr_ll, up to the length of the address
_FRAME_HEADER_BYTES = 48


def open_ring(interface: str) -> socket.socket:
    """A packet socket with a ring, which captures from now on.

    Args:
        interface: its name; empty for all.
    Raises:
        PermissionError: without CAP_NET_RAW.
        OSError: there is no such interface.
    """
    ring = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        ring.setsockopt(SOL_PACKET, _VERSION, _TPACKET_V3)
        frames = BLOCK_BYTES * BLOCKS // 2048
        request = struct.pack("=IIIIIII", BLOCK_BYTES, BLOCKS, 2048, frames, _RETIRE_MS, 0, 0)
        ring.setsockopt(SOL_PACKET, _RX_RING, request)
        if interface == "lo":
            with contextlib.suppress(OSError):  # Linux 4.20; older ones are seen to when the packets are read
                ring.setsockopt(SOL_PACKET, _IGNORE_OUTGOING, 1)
        _bind(ring, socket.if_nametoindex(interface) if interface else 0)
    except BaseException:
        ring.close()
        raise
    return ring


def _bind(ring: socket.socket, index: int) -> None:
    """To an interface, or to all by the number 0, which Python's own bind does not know. Source: packet(7)."""
    libc = ctypes.CDLL(None, use_errno=True)
    address = struct.pack("=HHiHBB8x", socket.AF_PACKET, socket.htons(_ETH_P_ALL), index, 0, 0, 0)
    if libc.bind(ring.fileno(), address, len(address)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@dataclass(frozen=True, slots=True)
class CapturedFrame:
    """A frame as the ring has it."""

    time_ns: int
    frame: bytes
    original_bytes: int
    interface_index: int
    loopback: bool
    outgoing: bool


def frames_of_blocks(data: memoryview) -> Iterator[CapturedFrame]:
    """The frames of blocks that lie one after the other, each packet of loopback once.

    Loopback shows a packet when it leaves and again when it comes in; the second is kept.
    """
    at = 0
    while at + BLOCK.size <= len(data):
        _, _, _, packets, first, size = BLOCK.unpack_from(data, at)
        if at + size > len(data):
            return
        frame_at = at + first
        for _ in range(packets):
            following, seconds, nanoseconds, kept, length, _, offset, _ = _FRAME.unpack_from(data, frame_at)
            _, _, index, hardware, kind, _ = _ADDRESS.unpack_from(data, frame_at + _FRAME_HEADER_BYTES)
            loopback, outgoing = hardware == _ARPHRD_LOOPBACK, kind == _PACKET_OUTGOING
            if not (loopback and outgoing):
                begin = frame_at + offset
                frame = bytes(data[begin : begin + kept])
                yield CapturedFrame(seconds * 1_000_000_000 + nanoseconds, frame, length, index, loopback, outgoing)
            frame_at += following
        at += size
