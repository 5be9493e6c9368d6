"""``capture``: the packets of an interface of this network."""

from __future__ import annotations

import mmap
import os
import socket
import sys
import time
import weakref
from collections.abc import Callable
from typing import Self

from sockets_lab.observe.capture_ring import frames_of_blocks, open_ring
from sockets_lab.observe.isolated_process import IsolatedProcess
from sockets_lab.observe.not_here import NotHere
from sockets_lab.observe.packets import Packet, Packets

LIMIT_BYTES = 1 << 30


class CaptureError(RuntimeError):
    """A capture cannot be had, or what was waited for did not come; the text says why."""


class CaptureUnavailable(CaptureError, NotHere):
    """This process may not capture at all."""


class Capture:
    """Packets as they come, recorded by a process of its own.

    Resources:
        a process, a packet socket, and memory for what is captured: the process goes with ``close()``, at the end of
        the ``with`` block, or with this process; the packets can be read as long as the capture is kept.
    """

    def __init__(self, interface: str, limit_bytes: int) -> None:
        self.interface = interface
        self._names = dict(socket.if_nameindex())
        if interface and interface not in self._names.values():
            raise CaptureError(f"capture on {interface}: there is no such interface; there are {self._there_are()}")
        try:
            ring = open_ring(interface)
        except PermissionError:
            raise CaptureUnavailable(
                f"capture on {interface or 'all interfaces'}: this process may not (CAP_NET_RAW); "
                "open the lesson with the kernel “Sockets Lab” (menu Kernel, Change Kernel)."
            ) from None
        except OSError as error:
            raise CaptureError(
                f"capture on {interface or 'all interfaces'}: {error.strerror}; there are {self._there_are()}"
            ) from None
        self._file = os.memfd_create("capture")
        self._closer = weakref.finalize(self, os.close, self._file)
        with ring:
            self._process = IsolatedProcess(
                "sockets_lab.observe.capture_process", [ring.fileno(), self._file], [limit_bytes], title="the capture"
            )
        self._lost = {"dropped": 0, "not_kept": 0}

    def _there_are(self) -> str:
        return ", ".join(self._names.values())

    @property
    def running(self) -> bool:
        """True until ``close()``."""
        return self._process.running

    @property
    def dropped(self) -> int:
        """How many packets came too fast to be captured, as of the last look or ``close()``."""
        return self._lost["dropped"]

    def packets(self) -> Packets:
        """All that came up to now, in the order of time.

        Raises:
            HelperGone: something ended the capture's process.
        """
        if self.running:
            self._lost = self._process.ask({})
        size = os.fstat(self._file).st_size
        if not size:
            return Packets(warnings=self._warnings())
        with mmap.mmap(self._file, size, prot=mmap.PROT_READ) as memory, memoryview(memory) as data:
            found = [
                Packet(
                    one.time_ns,
                    one.frame,
                    one.original_bytes,
                    interface=self._names.get(one.interface_index, self.interface),
                    outgoing=None if one.loopback else one.outgoing,
                )
                for one in frames_of_blocks(data)
            ]
        return Packets(sorted(found, key=lambda packet: packet.time_ns), warnings=self._warnings())

    def wait_for(self, chosen: Callable[[Packet], object], *, count: int = 1, timeout_s: float = 2.0) -> Packets:
        """Wait until ``count`` packets are there for which ``chosen(packet)`` is true; those packets.

        Raises:
            CaptureError: naming what was seen instead.
        """
        deadline = time.monotonic() + timeout_s
        while len(found := (seen := self.packets()).where(chosen)) < count:
            if time.monotonic() > deadline:
                raise CaptureError(f"{len(found)} of {count} packets within {timeout_s:g} s; seen:\n{seen}")
            time.sleep(0.002)
        return found

    def close(self) -> None:
        """Stop; what was captured stays readable. A second call does nothing."""
        if self.running:
            try:
                self._lost = self._process.ask({})
            finally:
                self._process.close()

    def _warnings(self) -> list[str]:
        told = []
        if self._lost["dropped"]:
            told.append(f"{self._lost['dropped']} packets more came faster than they could be captured: they are lost.")
        if self._lost["not_kept"]:
            told.append(f"{self._lost['not_kept']} packets more came when the capture's memory was full: not kept.")
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "running" if self.running else "stopped"
        return f"<capture on {self.interface or 'all interfaces'}, {state}>"


def capture(interface: str = "", *, limit_bytes: int = LIMIT_BYTES) -> Capture:
    """Capture the packets of an interface from now on.

    Args:
        interface: such as ``lo``; empty for all of this network.
        limit_bytes: how much memory the packets may take; what comes later is counted.
    Raises:
        CaptureUnavailable: this process may not capture.
        CaptureError: there is no such interface.
    Resources:
        see ``Capture``.
    Source: packet(7). On loopback each packet is seen twice, leaving and coming in, and kept once.
    """
    if sys.platform != "linux":
        raise CaptureUnavailable("capture: only Linux has packet sockets; on this system use Wireshark.")
    return Capture(interface, limit_bytes)
