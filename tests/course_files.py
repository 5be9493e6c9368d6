"""Small courses for tests: notebooks whose cells a test names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MAKE_STREAM = """\
import socket
def make_stream(family):
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise ValueError(family)
    made = socket.socket(family)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return made
"""
IMPORT = "from sockets_lab import check, predict"
UNWRITTEN = "def {name}(*args):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"


def code(source: str, **nbgrader: Any) -> dict[str, Any]:
    """A code cell."""
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": source}


def checked(name: str, points: float) -> dict[str, Any]:
    """The cell that checks an exercise or a prediction."""
    return code(f"check({name})", grade=True, solution=False, grade_id=name, points=points, locked=True)


def write_lesson(path: Path, *cells: dict[str, Any]) -> Path:
    """Write a notebook with these cells, after one that imports the package."""
    cells = tuple({**cell, "id": f"cell-{number}"} for number, cell in enumerate((code(IMPORT), *cells)))
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    return path
