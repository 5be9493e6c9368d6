"""What a wire does to all packets of a direction."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

QUEUE_BYTES = 150_000  # a hundred full packets


@dataclass(frozen=True)
class Impairments:
    """Delay, limits and chances; by default a wire passes everything on at once.

    Attributes:
        delay_s: seconds from one end to the other.
        jitter_s: each packet's delay differs by up to this, either way; packets stay in order.
        rate_bps: bits a second; None for no limit.
        queue_bytes: how much may wait for its turn under ``rate_bps``; more is dropped.
        loss: chance that a packet is dropped, 0 to 1.
        duplicate: chance that it arrives twice.
        reorder: chance that it is held back until one to three later ones have passed.
        corrupt: chance that one of its bits, after the link's header, is turned.
        cut: nothing passes.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    rate_bps: float | None = None
    queue_bytes: int = QUEUE_BYTES
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    corrupt: float = 0.0
    cut: bool = False

    def __post_init__(self) -> None:
        for name in ("loss", "duplicate", "reorder", "corrupt"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a chance from 0 to 1, not {getattr(self, name)!r:.40}")
        for name in ("delay_s", "jitter_s"):
            if not 0 <= getattr(self, name) <= 3600:
                raise ValueError(f"{name} is a time in seconds, 0 to 3600, not {getattr(self, name)!r:.40}")
        if self.rate_bps is not None and not self.rate_bps >= 100:
            raise ValueError(f"rate_bps is in bits a second, 100 or more, or None; not {self.rate_bps!r:.40}")
        if self.queue_bytes < 0:
            raise ValueError(f"queue_bytes is a size in bytes, not {self.queue_bytes!r:.40}")

    def changed(self, changes: dict[str, Any]) -> Self:
        """The same with some attributes changed.

        Raises:
            TypeError: there is no such attribute, and which there are.
            ValueError: a value makes no sense.
        """
        known = [one.name for one in fields(self)]
        for name in changes:
            if name not in known:
                raise TypeError(f"a wire has no {name!r:.40}; it has {', '.join(known)}")
        return replace(self, **changes)

    def as_data(self) -> dict[str, Any]:
        """Plain values for the wire's process."""
        return asdict(self)

    def __str__(self) -> str:
        told = [
            f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if getattr(self, one.name) != one.default
        ]
        return ", ".join(told) or "passes everything on at once"
