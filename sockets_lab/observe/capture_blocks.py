"""The blocks of a capture's ring, taken in the capture's own process, which imports little: see ``isolated_process``.

Source: packet(7); Documentation/networking/packet_mmap.rst on TPACKET_V3; linux/if_packet.h.
"""

from __future__ import annotations

import _socket
import mmap
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SOL_PACKET, PACKET_STATISTICS = 263, 6
STATUS_USER = 1
# A block must hold the longest frame of loopback, 64 KiB; 16 MiB are 80,000 small packets, most of a second at the
# rate that the capture is made for.
BLOCK_BYTES, BLOCKS = 1 << 19, 32
BLOCK = struct.Struct("=IIIIII")  # version, offset of private area, status, packets, offset of first, length


class BlockReader:
    """Takes the blocks that the kernel has filled, in the capture's own process.

    Attributes:
        packets: how many have been taken.
        dropped: how many the kernel had no room for.
    """

    def __init__(self, ring_fd: int) -> None:
        self._socket = _socket.socket(fileno=ring_fd)
        self._memory = mmap.mmap(ring_fd, BLOCK_BYTES * BLOCKS)
        self._view = memoryview(self._memory)
        self._next = 0
        self._seen = 0
        self.packets = 0
        self.dropped = 0

    def take(self) -> Iterator[memoryview]:
        """Each full block; the kernel gets it back when the next one is asked for."""
        while True:
            start = self._next * BLOCK_BYTES
            _, _, status, packets, _, size = BLOCK.unpack_from(self._memory, start)
            if not status & STATUS_USER:
                return
            yield self._view[start : start + size]
            self.packets += packets
            struct.pack_into("=I", self._memory, start + 8, 0)
            self._next = (self._next + 1) % BLOCKS

    def outstanding(self) -> int:
        """How many packets have come and not been taken yet."""
        seen, dropped, _ = struct.unpack("=III", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 12))
        self._seen += seen  # the kernel counts from the last time it was asked; what it dropped is among them
        self.dropped += dropped
        return self._seen - self.dropped - self.packets
