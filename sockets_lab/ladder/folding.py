"""Where a ladder is long: runs of rows that say the same are shown as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from sockets_lab.ladder.model import Arrow, Fold, Ladder, Row

UNFOLDED_ROWS = 40  # up to that many, each row is shown
MOST_ROWS = 90  # beyond that many, first what a loss leads to is counted instead of shown, then all that is unusual
SHORTEST_RUN = 4
_CONSEQUENCES = {"ahead", "asks again", "had already"}


def fold(ladder: Ladder) -> tuple[Row | Fold, ...]:
    """The rows; runs of plain data and acknowledgements as one, where there are more than a page of rows."""
    shown: tuple[Row | Fold, ...] = ladder.rows
    for most, foldable in ((UNFOLDED_ROWS, _is_plain), (MOST_ROWS, _is_consequence), (MOST_ROWS, _is_ordinary)):
        if len(shown) <= most:
            break
        shown = _runs(ladder.rows, foldable)
    return shown


def _is_plain(row: Row) -> bool:
    """Nothing but data, acknowledgements, and calls that did not fail."""
    return _is_ordinary(row) and (row.sends is None or not row.sends.marks)


def _is_consequence(row: Row) -> bool:
    """Nothing but that, and what follows from a loss elsewhere."""
    return _is_ordinary(row) and (row.sends is None or _CONSEQUENCES.issuperset(row.sends.marks))


def _is_ordinary(row: Row) -> bool:
    """No state changes, nothing is broken off, no call fails."""
    arrow = row.sends or row.arrives
    worth_seeing = arrow is not None and not {"reset", "error"}.isdisjoint(arrow.marks)
    return not row.states and not worth_seeing and not (row.code is not None and row.code.failed)


def _runs(rows: Sequence[Row], foldable: Callable[[Row], bool]) -> tuple[Row | Fold, ...]:
    shown: list[Row | Fold] = []
    run: list[Row] = []
    for row in rows:
        if foldable(row) and (not run or _belong_together(run[-1], row)):
            run.append(row)
            continue
        shown += _folded(run)
        run = [row] if foldable(row) else []
        if not run:
            shown.append(row)
    return (*shown, *_folded(run))


def _belong_together(before: Row, row: Row) -> bool:
    first, second = before.sends or before.arrives, row.sends or row.arrives
    if first is None or second is None:
        return True
    return first.flow == second.flow and {first.source, first.target} == {second.source, second.target}


def _folded(run: list[Row]) -> list[Row | Fold]:
    if len(run) < SHORTEST_RUN:
        return list(run)
    arrows = [row.sends for row in run if row.sends is not None]
    ways: Counter[tuple[int, int]] = Counter()
    for arrow in arrows:
        ways[arrow.source, arrow.target] += arrow.payload_bytes
    way = ways.most_common(1)[0][0] if ways else (None, None)
    return [Fold(tuple(run), _summary(run, arrows), *way)]


def _summary(run: list[Row], arrows: list[Arrow]) -> str:
    data = [arrow for arrow in arrows if arrow.payload_bytes]
    bare = len(arrows) - len(data)
    parts = []
    if data:
        size = sum(arrow.payload_bytes for arrow in data if "copy" not in arrow.marks)
        kind = "segments of data" if data[0].flow >= 0 else "datagrams"
        parts.append(f"{len(data):,} {kind}, {size:,} bytes")
    if bare:
        parts.append("1 acknowledgement" if bare == 1 else f"{bare:,} acknowledgements")
    marks = Counter(mark for arrow in arrows for mark in arrow.marks)
    parts += [f"{count:,} {mark}" for mark, count in marks.items()]
    calls = [row.code for row in run if row.code is not None and not row.code.text.startswith("↳")]
    if calls:
        lines = {code.line for code in calls}
        where = f" of line {calls[0].line}" if len(lines) == 1 and calls[0].line else ""
        parts.append(("1 call" if len(calls) == 1 else f"{len(calls):,} calls") + where)
    arriving = sum(row.arrives is not None for row in run)
    if not parts:
        parts.append("1 packet arrives" if arriving == 1 else f"{arriving:,} packets arrive" if arriving else "results")
    return ", ".join(parts)
