"""The wires' rings, made and let go of by the owner.

For each the kernel waits, 12 ms or more, until no processor looks at the socket any more. Here all wait side by side,
and while they are made the wires' process starts.

Source: packet(7); linux/if_packet.h; the kernel's synchronize_net.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from sockets_lab.network.ring_size import block_of, frames_of, stride_of

SOL_PACKET = 263
_RX_RING, _VERSION, _TPACKET_V2 = 5, 10, 1
_AT_A_TIME = 32


def make_rings(ends: Sequence[socket.socket], mtu: int) -> None:
    """Give each packet socket its ring.

    Raises:
        OSError: there is no memory for them.
    """
    block, stride, frames = block_of(mtu), stride_of(mtu), frames_of(len(ends))
    request = struct.pack("=IIII", block, stride * frames // block, stride, frames)
    libc = ctypes.CDLL(None, use_errno=True)  # its calls let Python's other threads run, the socket module's do not

    def make(end: socket.socket) -> None:
        end.setsockopt(SOL_PACKET, _VERSION, _TPACKET_V2)
        if libc.setsockopt(end.fileno(), SOL_PACKET, _RX_RING, request, len(request)) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    _side_by_side(make, ends)


def close_rings(ends: Sequence[socket.socket]) -> None:
    """Let go of the sockets; returns when they are gone, if nobody else has them."""
    with suppress(RuntimeError):  # at the interpreter's end there are no new threads
        _side_by_side(socket.socket.close, ends)
    for end in ends:
        end.close()


def _side_by_side(work: Callable[[socket.socket], object], ends: Sequence[socket.socket]) -> None:
    errors: list[BaseException] = []

    def run(some: Sequence[socket.socket]) -> None:
        try:
            for one in some:
                work(one)
        except BaseException as error:
            errors.append(error)

    count = min(len(ends), _AT_A_TIME)
    threads = [threading.Thread(target=run, args=(ends[at::count],), name="rings") for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
