"""The ladder as plain values: lifelines, arrows between them, and rows in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Lifeline:
    """One who sends and receives.

    Attributes:
        name: such as ``your client``; no two have the same.
        address: such as ``:49152``; empty where the name says all.
        listens: one of the lab's servers, which was there before.
    """

    name: str
    address: str = ""
    listens: bool = False


@dataclass(frozen=True)
class Code:
    """What your code does in a row.

    Attributes:
        text: the line, or the call and what came of it.
        line: its number; 0 where there is none.
        lifeline: whose socket; None for a socket that no packet came from.
        failed: the call raised.
    """

    text: str
    line: int = 0
    lifeline: int | None = None
    failed: bool = False


@dataclass(frozen=True)
class Arrow:
    """One packet.

    Attributes:
        number: from 1, in the order in which they were sent.
        source: the number of the lifeline that sent it.
        target: whom it was for.
        sent_ns: when.
        arrived_ns: when; None if it did not.
        label: such as ``PSH ACK 5 bytes "hello"``.
        words: what it is and what became of it, in a sentence.
        marks: what is not as usual, such as ``dropped`` or ``sent again``; empty if nothing.
        payload_bytes: how much data it carries.
        fields: name and value of each header's fields.
        frame: its bytes, from the link's header on; empty where nobody has them.
        flow: the number of its connection.
    """

    number: int
    source: int
    target: int
    sent_ns: int
    arrived_ns: int | None
    label: str
    words: str
    marks: tuple[str, ...] = ()
    payload_bytes: int = 0
    fields: tuple[tuple[str, str], ...] = ()
    frame: bytes = b""
    flow: int = 0

    @property
    def lost(self) -> bool:
        """It never arrived."""
        return self.arrived_ns is None


@dataclass(frozen=True)
class Row:
    """What happens at one moment.

    Attributes:
        at_ns: from the ladder's first row.
        code: what your code does.
        states: the TCP state that the end at a lifeline is in from now on, where it changes.
        sends: the packet that leaves; it arrives in the same row unless another row says so.
        arrives: a packet of an earlier row that arrives.
    """

    at_ns: int
    code: Code | None = None
    states: tuple[tuple[int, str], ...] = ()
    sends: Arrow | None = None
    arrives: Arrow | None = None

    @property
    def words(self) -> str:
        """What the row's packet says, in a sentence; empty if there is none."""
        if self.sends is not None:
            return self.sends.words
        return f"#{self.arrives.number} arrives" if self.arrives is not None else ""


@dataclass(frozen=True)
class Fold:
    """Rows that are shown as one.

    Attributes:
        rows: in order, two at least.
        text: what they have in common, such as ``37 segments of data, 53,872 bytes``.
        source: the lifeline that sends most of the data; None if there is no packet among them.
        target: whom it is for.
    """

    rows: tuple[Row, ...]
    text: str
    source: int | None = None
    target: int | None = None

    @property
    def at_ns(self) -> int:
        """When it begins, from the ladder's first row."""
        return self.rows[0].at_ns


@dataclass(frozen=True, repr=False)
class Ladder:
    """The whole drawing. ``print`` shows it as a table, a notebook as a drawing.

    Attributes:
        lifelines: from left to right.
        rows: in the order of time, none of them folded.
        notes: what is missing, a sentence each.
    """

    lifelines: tuple[Lifeline, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def arrows(self) -> Iterator[Arrow]:
        """The packets, in the order in which they were sent."""
        return (row.sends for row in self.rows if row.sends is not None)

    def arrives_in(self) -> dict[int, int]:
        """For each packet that arrives in a later row than it was sent in: its number, and that row's."""
        return {row.arrives.number: at for at, row in enumerate(self.rows) if row.arrives is not None}

    def folded(self) -> tuple[Row | Fold, ...]:
        """The rows, with long runs of the same folded where there are many."""
        from sockets_lab.ladder.folding import fold

        return fold(self)

    def svg(self) -> str:
        """The drawing, to be put into a page or a file."""
        from sockets_lab.ladder.svg import svg

        return svg(self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the drawing to an SVG file.

        Raises:
            OSError: the file cannot be written.
        """
        Path(path).write_text(self.svg(), encoding="utf-8")

    def __str__(self) -> str:
        from sockets_lab.ladder.text import table

        return table(self)

    __repr__ = __str__

    @property
    def title(self) -> str:
        """Such as ``Ladder of 10 packets: your client, echo server``."""
        count = sum(1 for _ in self.arrows)
        packets = "1 packet" if count == 1 else f"{count:,} packets"
        return f"Ladder of {packets}: {', '.join(lifeline.name for lifeline in self.lifelines)}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The forms that a page may choose from, and what stands for the drawing where nobody sees it."""
        return {"text/plain": str(self), "image/svg+xml": self.svg()}, {"image/svg+xml": {"alt": self.title}}
