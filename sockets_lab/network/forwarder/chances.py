"""Chance that can be replayed: each number is a hash of the seed, the packet and the purpose.

So one impairment more does not move the others, and another connection's packet does not either.
"""

from __future__ import annotations

import struct

from sockets_lab.network.forwarder.flows import TCP_NUMBER, Glance

PURPOSES = ("loss", "duplicate", "reorder", "behind", "corrupt", "where", "which_bit", "jitter")
_SCALE = 2.0**-64


class Chances:
    """One number from 0 to 1 for each of ``PURPOSES``."""

    __slots__ = PURPOSES

    loss: float
    duplicate: float
    reorder: float
    behind: float
    corrupt: float
    where: float
    which_bit: float
    jitter: float

    def __init__(self, digest: bytes) -> None:
        for purpose, number in zip(PURPOSES, struct.unpack("<8Q", digest), strict=True):
            setattr(self, purpose, number * _SCALE)


NO_CHANCE = Chances(bytes([255]) * 64)


class Dice:
    """The chances of the packets of one direction.

    Args:
        seed: of the network.
        wire: its number.
        end: the end that the packets come from.
    """

    def __init__(self, seed: int, wire: int, end: int) -> None:
        self._place = repr((seed, wire, end)).encode()
        self._counts: dict[int, int] = {}

    def throw(self, glance: Glance) -> Chances:
        """The packet's numbers: by place in its connection for TCP, else by its number among its protocol's."""
        from hashlib import blake2b  # a wire without chances starts sooner without it

        if glance.protocol == TCP_NUMBER:
            what: tuple[int, ...] = (glance.flow, glance.seq, glance.payload_bytes, glance.flags, glance.transmission)
            if not glance.payload_bytes:
                what += (glance.ack,)
        else:
            what = (self._counts.get(glance.protocol, 0),)
            self._counts[glance.protocol] = what[0] + 1
        text = repr((glance.protocol, what)).encode()
        return Chances(blake2b(text, digest_size=64, key=self._place[:64]).digest())
