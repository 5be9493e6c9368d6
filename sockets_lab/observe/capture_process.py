"""The capture's own process: empties the ring into a file in memory, so that the kernel always has room."""

from __future__ import annotations

import os
import select
import time

from sockets_lab.observe.capture_blocks import BlockReader
from sockets_lab.observe.isolated_controls import Controls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SETTLE_S = 1.0


class Recorder:
    """Copies blocks from the ring to the file, up to a limit.

    Attributes:
        not_kept: packets that came when the file was full.
    """

    def __init__(self, reader: BlockReader, file_fd: int, limit_bytes: int) -> None:
        self._reader = reader
        self._file_fd = file_fd
        self._room = limit_bytes
        self.not_kept = 0

    def empty_ring(self) -> None:
        """Copy all blocks that are full."""
        for block in self._reader.take():
            if len(block) > self._room:
                self._room = 0  # what comes later must not stand beside a gap that nothing shows
                self.not_kept += int.from_bytes(block[12:16], "little")
                continue
            self._room -= os.write(self._file_fd, block)

    def settle(self) -> None:
        """Copy all packets that have come up to now, those in a block that is not full included."""
        deadline = time.monotonic() + SETTLE_S
        while self._reader.outstanding() > 0 and time.monotonic() < deadline:
            self.empty_ring()
            time.sleep(0.001)  # the kernel gives up a block that is not full after some milliseconds
        self.empty_ring()


def main(control_fd: int, owner_pidfd: int, ring_fd: int, file_fd: int, limit_bytes: int) -> None:
    """Record until the owner is gone."""
    reader = BlockReader(ring_fd)
    recorder = Recorder(reader, file_fd, limit_bytes)

    def answer(_request: dict[str, Any], _fds: list[int]) -> dict[str, Any]:
        recorder.settle()
        return {"dropped": reader.dropped, "not_kept": recorder.not_kept}

    controls = Controls(control_fd, owner_pidfd, answer)
    poller = select.poll()
    for fd in (ring_fd, *controls.fds):
        poller.register(fd, select.POLLIN)
    while controls.serve([fd for fd, _ in poller.poll()]):
        recorder.empty_ring()
