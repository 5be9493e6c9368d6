"""Outputs that are the same but for ports, times, ids and seeds: building a lesson again should not rewrite them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode

Rule = tuple[re.Pattern[str], str]


def keep_equal_outputs(new: NotebookNode, old: NotebookNode, rules: list[Rule]) -> None:
    """Give cells of ``new`` the outputs they had, where these differ only in what ``rules`` take out."""
    known = {cell.id: cell for cell in old.cells if cell.cell_type == "code"}
    for cell in new.cells:
        before = known.get(cell.get("id"))
        if cell.cell_type != "code" or before is None or before.source != cell.source:
            continue
        if _sanitized(before.outputs, rules) == _sanitized(cell.outputs, rules):
            cell.outputs = before.outputs


def read_rules(path: Path) -> list[Rule]:
    """The rules of nbval's ``--nbval-sanitize-with``: pairs of lines ``regex: ...`` and ``replace: ...``."""
    found = re.findall(r"^regex: (.*)\nreplace: (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [(re.compile(regex), replacement) for regex, replacement in found]


def _sanitized(value: Any, rules: list[Rule]) -> Any:
    if isinstance(value, str):
        for regex, replacement in rules:
            value = regex.sub(replacement, value)
    elif isinstance(value, list):
        return [_sanitized(item, rules) for item in value]
    elif isinstance(value, dict):
        return {key: _sanitized(item, rules) for key, item in value.items() if key != "execution_count"}
    return value
