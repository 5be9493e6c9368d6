"""The answers in the code of a prediction's cell: found and emptied by parsing the code, not by matching its text."""

from __future__ import annotations

import ast

ANSWER, ANSWER_PLACE = "answer", 3  # predict(question, choices, number, answer)


def given_answers(source: str) -> list[ast.expr]:
    """What is given as ``answer`` in the calls of ``predict`` in a cell's code; none if it cannot be read."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) == "predict"]
    by_place = [call.args[ANSWER_PLACE] for call in calls if len(call.args) > ANSWER_PLACE]
    return by_place + [keyword.value for call in calls for keyword in call.keywords if keyword.arg == ANSWER]


def without_answers(source: str) -> str:
    """The same code with None for each answer; every other character stays."""
    lines = source.encode("utf-8").splitlines(keepends=True)  # the columns of ast count bytes of UTF-8
    for value in sorted(given_answers(source), key=lambda node: (node.lineno, node.col_offset), reverse=True):
        assert value.end_lineno is not None and value.end_col_offset is not None
        before, after = lines[value.lineno - 1][: value.col_offset], lines[value.end_lineno - 1][value.end_col_offset :]
        lines[value.lineno - 1 : value.end_lineno] = [before + b"None" + after]
    return b"".join(lines).decode("utf-8")


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
