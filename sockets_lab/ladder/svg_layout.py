"""Where everything of a ladder's drawing stands: boxes of text and lines, computed before anything is written."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from sockets_lab.ladder.model import Arrow, Fold, Ladder, Lifeline, Row
from sockets_lab.ladder.text import code_text, cut, milliseconds

SIZE, SMALL = 12.0, 11.0
GLYPH = 0.602  # of the size: how wide a letter of the usual monospaced fonts is
TIME_RIGHT, CODE_LEFT, CODE_WIDTH = 66.0, 78.0, 254.0
MARGIN, STATE_HEIGHT, ARROW_DOWN, LINE = 14.0, 16.0, 24.0, 14.0
WORDS_WIDTH = 232.0
CALL_ROW, PACKET_ROW = 24.0, 36.0
LOST_AFTER = 0.6  # of its way
Point = tuple[float, float]


@dataclass(frozen=True)
class Text:
    """A line of text; ``x`` is its left, middle or right, ``y`` the base line."""

    x: float
    y: float
    text: str
    kind: str = "text"  # text, quiet, code, failed, label, state, name
    anchor: str = "start"
    size: float = SIZE

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        width = len(self.text) * self.size * GLYPH
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return left, self.y - self.size * 0.8, left + width, self.y + self.size * 0.22


@dataclass(frozen=True)
class Line:
    """An arrow's line, from ``begin`` to ``end``; ``head`` is where it points to, ``cross`` where it is lost."""

    begin: Point
    end: Point
    arrow: Arrow
    head: bool
    cross: bool


@dataclass(frozen=True)
class Box:
    """A frame: a state's, or a folded run's."""

    left: float
    top: float
    width: float
    height: float
    kind: str  # state, fold


@dataclass
class Drawing:
    """All parts, in the order in which they are drawn."""

    width: float
    height: float = 0.0
    lifelines: list[tuple[float, float, float]] = field(default_factory=list)  # x, from, to
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)  # between rows


def lay_out(ladder: Ladder) -> Drawing:
    """Place a ladder's parts."""
    return _Layout(ladder).drawing()


class _Layout:
    def __init__(self, ladder: Ladder) -> None:
        self._ladder = ladder
        self._rows = ladder.folded()
        self._has_code = any(isinstance(row, Row) and row.code for row in self._rows)
        self._has_words = any(isinstance(row, Fold) or row.words for row in self._rows)
        count = len(ladder.lifelines)
        gap = 300.0 if count <= 2 else 250.0
        first = (CODE_LEFT + CODE_WIDTH if self._has_code else TIME_RIGHT) + 64.0
        self._xs = [first + gap * at for at in range(count)]
        self._gap = gap
        self._words_left = (self._xs[-1] if self._xs else first) + 62.0
        width = self._words_left + (WORDS_WIDTH if self._has_words else 0.0) + MARGIN
        self._out = Drawing(max(width, 560.0))
        self._tops: list[float] = []
        self._middles: list[float] = []  # of each row: the height at which arrows and states stand

    def drawing(self) -> Drawing:
        below = self._header()
        self._place_rows(below)
        bottom = self._tops[-1]
        self._out.lifelines = [(x, below, bottom) for x in self._xs]
        where = self._row_of_each_packet()
        for at, row in enumerate(self._rows):
            if isinstance(row, Fold):
                self._fold(at, row)
            else:
                self._row(at, row, where)
        for number in range(1, len(self._rows)):
            self._out.rules.append(self._tops[number])
        self._notes(bottom)
        return self._out

    def _header(self) -> float:
        for x, lifeline in zip(self._xs, self._ladder.lifelines, strict=True):
            name, address = _name_that_fits(lifeline, self._gap - 12)
            self._out.texts.append(Text(x, MARGIN + 12, name, "name", "middle"))
            if address:
                self._out.texts.append(Text(x, MARGIN + 27, address, "quiet", "middle", SMALL))
        self._out.texts.append(Text(TIME_RIGHT, MARGIN + 12, "ms", "quiet", "end", SMALL))
        if self._has_code:
            self._out.texts.append(Text(CODE_LEFT, MARGIN + 12, "your code", "quiet", size=SMALL))
        return MARGIN + 36

    def _place_rows(self, top: float) -> None:
        for row in self._rows:
            self._tops.append(top)
            room = 12.0 if isinstance(row, Fold) else 4.0  # above and below the words
            least = PACKET_ROW if isinstance(row, Fold) or row.sends else CALL_ROW
            down = ARROW_DOWN if isinstance(row, Row) and row.sends else least / 2
            lines = len(self._words(row))
            above = max(down, lines * LINE / 2 + room)
            self._middles.append(top + above)
            top += max(least - down, lines * LINE / 2 + room) + above
        self._tops.append(top)

    def _words(self, row: Row | Fold) -> list[str]:
        if isinstance(row, Fold):
            width = (self._xs[-1] - self._xs[0] if len(self._xs) > 1 else self._gap) - 24
            return textwrap.wrap(_arrowed(row), int(width / SIZE / GLYPH)) or [""]
        return textwrap.wrap(row.words, int(WORDS_WIDTH / SMALL / GLYPH)) if row.sends else []

    def _row_of_each_packet(self) -> dict[tuple[int, str], int]:
        """In which shown row each packet leaves, and in which it arrives."""
        where = {}
        for at, shown in enumerate(self._rows):
            for row in shown.rows if isinstance(shown, Fold) else (shown,):
                if row.sends is not None:
                    where[row.sends.number, "leaves"] = at
                    where.setdefault((row.sends.number, "arrives"), at)
                if row.arrives is not None:
                    where[row.arrives.number, "arrives"] = at
        return where

    def _row(self, at: int, row: Row, where: dict[tuple[int, str], int]) -> None:
        middle = self._middles[at]
        self._out.texts.append(Text(TIME_RIGHT, middle + 4, milliseconds(row.at_ns), "quiet", "end", SMALL))
        if row.code is not None:
            fits = int(CODE_WIDTH / SIZE / GLYPH)
            kind = "failed" if row.code.failed else "code"
            self._out.texts.append(Text(CODE_LEFT, middle + 4, code_text(row.code, fits), kind))
        for lifeline, state in row.states:
            self._state(self._xs[lifeline], middle, state)
        if row.sends is not None:
            self._arrow(row.sends, at, where[row.sends.number, "arrives"])
            self._label(row.sends, middle, slopes=where[row.sends.number, "arrives"] != at)
        if row.arrives is not None and isinstance(self._rows[where[row.arrives.number, "leaves"]], Fold):
            self._arrow(row.arrives, where[row.arrives.number, "leaves"], at)
        words = self._words(row)
        for number, line in enumerate(words):
            down = 4 + (number - (len(words) - 1) / 2) * LINE
            self._out.texts.append(Text(self._words_left, middle + down, line, "quiet", size=SMALL))

    def _state(self, x: float, middle: float, state: str) -> None:
        width = len(state) * SMALL * GLYPH + 10
        self._out.boxes.append(Box(x - width / 2, middle - STATE_HEIGHT / 2, width, STATE_HEIGHT, "state"))
        self._out.texts.append(Text(x, middle + 4, state, "state", "middle", SMALL))

    def _edge(self, lifeline: int, at: int, towards: float) -> float:
        """Where an arrow ends: at the lifeline, or at the frame of the state that stands on it."""
        x = self._xs[lifeline]
        row = self._rows[at]
        state = dict(row.states).get(lifeline, "") if isinstance(row, Row) else ""
        half = len(state) * SMALL * GLYPH / 2 + 7 if state else 1.0
        return x + half if towards > x else x - half

    def _arrow(self, arrow: Arrow, leaves: int, arrives: int) -> None:
        source, target = self._xs[arrow.source], self._xs[arrow.target]
        begin = self._edge(arrow.source, leaves, target), self._middles[leaves]
        if arrow.lost:
            end = source + (target - source) * LOST_AFTER, self._middles[leaves]
        else:
            end = self._edge(arrow.target, arrives, source), self._middles[arrives]
        self._out.lines.append(Line(begin, end, arrow, not arrow.lost, "dropped" in arrow.marks))

    def _label(self, arrow: Arrow, middle: float, *, slopes: bool) -> None:
        source, target = self._xs[arrow.source], self._xs[arrow.target]
        text = cut(label_of(arrow), int((abs(target - source) - 16) / SIZE / GLYPH))
        right = target > source
        if slopes or arrow.lost:
            x, anchor = (source + 8, "start") if right else (source - 8, "end")
        else:
            x, anchor = (source + target) / 2, "middle"
        self._out.texts.append(Text(x, middle - 11.5, text, "label", anchor))

    def _fold(self, at: int, fold: Fold) -> None:
        left, right = (self._xs[0], self._xs[-1]) if len(self._xs) > 1 else (self._xs[0], self._xs[0] + self._gap)
        top, bottom, middle = self._tops[at], self._tops[at + 1], self._middles[at]
        self._out.boxes.append(Box(left - 6, top + 4, right - left + 12, bottom - top - 8, "fold"))
        self._out.texts.append(Text(TIME_RIGHT, middle + 4, milliseconds(fold.at_ns), "quiet", "end", SMALL))
        words = self._words(fold)
        for number, line in enumerate(words):
            down = 4 + (number - (len(words) - 1) / 2) * LINE
            self._out.texts.append(Text((left + right) / 2, middle + down, line, "text", "middle"))

    def _notes(self, bottom: float) -> None:
        y = bottom + 10
        for note in self._ladder.notes:
            for line in textwrap.wrap(note, int((self._out.width - 2 * MARGIN) / SMALL / GLYPH)):
                y += LINE
                self._out.texts.append(Text(MARGIN, y, line, "quiet", size=SMALL))
        self._out.height = y + MARGIN


def label_of(arrow: Arrow) -> str:
    """What stands above an arrow."""
    marks = ", ".join(arrow.marks)
    return f"{marks}: {arrow.label}" if marks else arrow.label


def _arrowed(fold: Fold) -> str:
    if fold.source is None or fold.target is None:
        return fold.text
    return f"{fold.text} →" if fold.target > fold.source else f"← {fold.text}"


def _name_that_fits(lifeline: Lifeline, width: float) -> Sequence[str]:
    return cut(lifeline.name, int(width / SIZE / GLYPH)), lifeline.address
