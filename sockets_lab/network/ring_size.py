"""How large the rings are that wires read packets from; known to the owner, who has them made, and to the wires.

Source: packet(7); Documentation/networking/packet_mmap.rst on TPACKET_V2.
"""

from __future__ import annotations

_BLOCK_BYTES = 1 << 16
_HEADROOM_BYTES = 128
# What is in flight on one connection fits: the hosts' tcp_rmem sees to that.
_MOST_FRAMES, _LEAST_FRAMES, _FRAMES_OF_ALL_ENDS = 4096, 256, 16384


def stride_of(mtu: int) -> int:
    """Bytes from one frame to the next: a power of two."""
    return 1 << (mtu + 14 + _HEADROOM_BYTES - 1).bit_length()


def frames_of(ends: int) -> int:
    """How many frames the ring of each end holds, a power of two: the more ends, the fewer."""
    frames = _LEAST_FRAMES
    while frames < _MOST_FRAMES and frames * 2 * ends <= _FRAMES_OF_ALL_ENDS:
        frames *= 2
    return frames


def block_of(mtu: int) -> int:
    """Bytes that the kernel provides at a time."""
    return max(_BLOCK_BYTES, stride_of(mtu))
