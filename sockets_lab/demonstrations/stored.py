"""What a lesson's demonstrations showed when it was made: ``pictures/<lesson>.json`` beside it, by the cell's source.

Source: nbformat's documentation, "Code cell outputs".
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tokenize
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FOLDER = "pictures"
_DEMONSTRATES = re.compile(r"\b(Network|capture|sliders)\(")
_KEPT = ("text/plain", "text/html", "image/svg+xml", "image/png")  # a widget's view needs the kernel that made it

Picture = list[dict[str, Any]]
"""What one cell showed: a notebook's outputs, those that need no kernel."""


def pictures_of(cells: Iterable[Mapping[str, Any]]) -> dict[str, Picture]:
    """What the demonstrations among the executed ``cells`` of a notebook showed, by the key of their source."""
    found = {}
    for cell in cells:
        if cell["cell_type"] == "code" and _DEMONSTRATES.search(_without_comments(cell["source"])):
            picture = [kept for output in cell["outputs"] if (kept := _kept(output))]
            if picture:
                found[key_of(cell["source"])] = picture
    return found


def text_of(pictures: Mapping[str, Picture]) -> str:
    """The file's text."""
    return json.dumps(pictures, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def find_picture(source: str, folder: Path) -> Picture | None:
    """What the cell with this source showed, by the files in ``folder``; None where no lesson has such a cell.

    A file that cannot be read has nothing to show.
    """
    key = key_of(source)
    for path in sorted(folder.glob("*.json")):
        try:
            pictures = json.loads(path.read_text(encoding="utf-8"))
            if key in pictures:
                return [dict(output) for output in pictures[key]]
        except (OSError, ValueError, TypeError):
            continue
    return None


def key_of(source: str) -> str:
    """The same for cells that differ only in comments, empty lines and spaces at the ends of lines."""
    lines = [line.rstrip() for line in _without_comments(source).splitlines()]
    return hashlib.sha256("\n".join(filter(None, lines)).encode()).hexdigest()[:16]


def _without_comments(source: str) -> str:
    lines = source.splitlines()
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):  # a magic, say
        return source
    for token in tokens:
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    return "\n".join(lines)


def _kept(output: Mapping[str, Any]) -> dict[str, Any] | None:
    if output["output_type"] == "stream" and output["name"] == "stdout":
        return {"output_type": "stream", "name": "stdout", "text": output["text"]}
    data = {kind: value for kind, value in output.get("data", {}).items() if kind in _KEPT}
    return {"output_type": "display_data", "data": data} if data else None
