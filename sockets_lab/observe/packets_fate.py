"""What became of a packet on its way, in values and in words that can be read back."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fate:
    """What a wire did with a packet.

    Attributes:
        arrived_ns: when it was handed to the other end, in nanoseconds since 1970; None if it was not (yet).
        dropped: it will not arrive.
        copy: it is an additional copy that the wire made.
        overtaken: it was held back until others had passed.
        corrupted_at: the byte of the frame in which the wire turned a bit; None if it did not.
        cause: the impairment or rule that decided; empty if it just passed.
    """

    arrived_ns: int | None = None
    dropped: bool = False
    copy: bool = False
    overtaken: bool = False
    corrupted_at: int | None = None
    cause: str = ""

    def in_words(self, sent_ns: int) -> str:
        """Such as ``dropped: loss`` or ``arrived after 10.013 ms``."""
        if self.dropped:
            parts = ["dropped"]
        elif self.arrived_ns is None:
            parts = ["under way"]
        else:
            parts = [f"arrived after {(self.arrived_ns - sent_ns) / 1e6:.3f} ms"]
        if self.copy:
            parts.append("a copy")
        if self.overtaken:
            parts.append("held back")
        if self.corrupted_at is not None:
            parts.append(f"corrupted at byte {self.corrupted_at}")
        return ", ".join(parts) + (f": {self.cause}" if self.cause else "")

    @classmethod
    def from_words(cls, text: str, sent_ns: int) -> Fate | None:
        """What ``in_words`` said, to the microsecond; None if it is something else."""
        what, _, cause = text.partition(": ")
        first, *others = what.split(", ")
        after = re.fullmatch(r"arrived after (-?\d+\.\d+) ms", first)
        if after is None and first not in ("dropped", "under way"):
            return None
        corrupted = [re.fullmatch(r"corrupted at byte (\d+)", other) for other in others]
        return cls(
            sent_ns + round(float(after[1]) * 1e6) if after else None,
            first == "dropped",
            "a copy" in others,
            "held back" in others,
            next((int(found[1]) for found in corrupted if found), None),
            cause,
        )
