"""The ladder as a table of plain text, a line a row, that reads well aloud."""

from __future__ import annotations

from sockets_lab.ladder.model import Arrow, Code, Fold, Ladder, Row

CODE_WIDTH = 44
_TO_THE_RIGHT = {"ms"}


def table(ladder: Ladder) -> str:
    """The text: times in milliseconds from the first row, your code, who sends what to whom, states, and what it means.

    Columns that would be empty are left out.
    """
    columns = ("ms", "your code", "from > to", "packet", "state", "what it means")
    rows = [_cells(ladder, row) for row in ladder.folded()]
    kept = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    lines = [columns, *rows] if rows else []
    widths = {at: max(len(line[at]) for line in lines) for at in kept}
    text = [
        "  ".join(
            line[at].rjust(widths[at]) if columns[at] in _TO_THE_RIGHT else line[at].ljust(widths[at]) for at in kept
        ).rstrip()
        for line in lines
    ]
    return "\n".join([*text, *ladder.notes])


def milliseconds(at_ns: int) -> str:
    """Such as ``1,000.123``."""
    return f"{at_ns / 1e6:,.3f}"


def code_text(code: Code, width: int = CODE_WIDTH) -> str:
    """The line's number and its text, cut to ``width``."""
    return cut(f"{code.line}: {code.text}" if code.line else code.text, width)


def cut(text: str, width: int) -> str:
    """``text``, or its beginning and its end, where it is longer than ``width``."""
    if len(text) <= width:
        return text
    head, arrow, tail = text.rpartition(" → ")
    if arrow and len(tail) + 8 < width:
        return head[: width - len(tail) - 4] + "…" + arrow + tail
    return text[: width - 1] + "…"


def _cells(ladder: Ladder, row: Row | Fold) -> tuple[str, str, str, str, str, str]:
    if isinstance(row, Fold):
        ways = _way(ladder, row.source, row.target) if row.source is not None and row.target is not None else ""
        return milliseconds(row.at_ns), "", ways, f"… {row.text}", "", ""
    code = code_text(row.code) if row.code is not None else ""
    states = ", ".join(f"{ladder.lifelines[at].name} {state}" for at, state in row.states)
    arrow = row.sends or row.arrives
    if arrow is None:
        return milliseconds(row.at_ns), code, "", "", states, ""
    packet = f"#{arrow.number} {arrow.label}" if row.sends else f"#{arrow.number} arrives"
    return (
        milliseconds(row.at_ns),
        code,
        _way(ladder, arrow.source, arrow.target),
        packet + _marked(arrow if row.sends else None),
        states,
        row.words if row.sends else "",
    )


def _way(ladder: Ladder, source: int, target: int) -> str:
    return f"{ladder.lifelines[source].name} > {ladder.lifelines[target].name}"


def _marked(arrow: Arrow | None) -> str:
    return f" [{', '.join(arrow.marks)}]" if arrow is not None and arrow.marks else ""
