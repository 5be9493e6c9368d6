"""What a release must not contain: a line of a solution or of a hidden trial, an answer. Where it does, in a sentence.

A line is compared as a whole, without its indentation, wherever it stands: code, prose, outputs, metadata, other
files. Lines that say nothing about a solution (``try:``, ``return None``, imports) are nobody's secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from sockets_lab.exercises import HIDDEN_TRIALS
from sockets_lab.grading.answers import given_answers
from sockets_lab.referee.predictions import ANSWERS_FILE

KEPT_BACK = ("*.md", HIDDEN_TRIALS, ANSWERS_FILE, "*.pyc")
BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
SHORTEST_SECRET = 8
_SAYS_NOTHING = re.compile(
    r"(try|else|finally|except\b.*|while True|(if|if not|with) \w+|for \w+ in \w+):"
    r"|pass|break|continue|raise|return( \w+| b\"\")?|\w+\.close\(\)|\w+ = (None|\[\]|b\"\"|\w+)"
    r"|import [\w., ]+|from [\w.]+ import [\w., (]+|[\W_]*"
)


@dataclass
class Secrets:
    """Lines that are kept back, each with the place it comes from."""

    lines: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_course(cls, solutions: Path) -> Secrets:
        """Those of every unit in the folder ``solutions``."""
        secrets = cls()
        for path in sorted(solutions.glob("*/*")):
            if path.name in (HIDDEN_TRIALS, ANSWERS_FILE):
                secrets._add(path, enumerate(path.read_text(encoding="utf-8").splitlines(), 1))
            elif path.suffix == ".md":
                secrets._add(path, _in_solution_regions(path.read_text(encoding="utf-8")))
            elif path.suffix == ".ipynb" and not path.with_suffix(".md").exists():
                for cell in nbformat.read(path, as_version=4).cells:
                    secrets._add(path, _in_solution_regions(cell.source))
        return secrets

    def found_in_text(self, text: str) -> list[str]:
        """A sentence for each secret line in ``text``."""
        return [
            f"it has the line `{line}` of {self.lines[line]}"
            for line in dict.fromkeys(map(_normal, text.splitlines()))
            if line in self.lines
        ]

    def found_in_notebook(self, nb: NotebookNode) -> list[str]:
        """A sentence for each secret in a notebook, its outputs and metadata included."""
        found: list[str] = []
        for number, cell in enumerate(nb.cells, 1):
            found += [f"cell {number}: {leak}" for leak in self.found_in_text("\n".join(_texts(cell)))]
            if cell.cell_type == "code":
                if any(getattr(value, "value", ...) is not None for value in given_answers(cell.source)):
                    found.append(f"cell {number}: it has the answer of a prediction")
                if cell.outputs:
                    found.append(f"cell {number}: it has outputs")
        return found + self.found_in_text("\n".join(_texts(nb.metadata)))

    def found_in_folder(self, release: Path) -> list[str]:
        """A sentence for each secret in the files below ``release``."""
        found: list[str] = []
        for path in sorted(release.rglob("*")):
            if not path.is_file():
                continue
            if any(fnmatch(path.name, kept_back) for kept_back in KEPT_BACK):
                leaks = ["such a file is kept back"]
            elif path.suffix == ".ipynb":
                leaks = self.found_in_notebook(nbformat.read(path, as_version=4))
            elif path.suffix == ".json":  # where a line's end does not end a line of the file
                leaks = self.found_in_text("\n".join(_texts(json.loads(path.read_text(encoding="utf-8")))))
            else:
                leaks = self.found_in_text(path.read_text(encoding="utf-8", errors="replace"))
            found += [f"{path.relative_to(release)}: {leak}" for leak in leaks]
        return found

    def _add(self, path: Path, numbered: Iterable[tuple[int, str]]) -> None:
        for number, text in numbered:
            line = _normal(text)
            if len(line) >= SHORTEST_SECRET and not _SAYS_NOTHING.fullmatch(line):
                self.lines.setdefault(line, f"{path.parent.name}/{path.name}, line {number}")


def _in_solution_regions(text: str) -> Iterator[tuple[int, str]]:
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if BEGIN in line or END in line:
            inside = BEGIN in line
        elif inside:
            yield number, line


def _normal(line: str) -> str:
    return " ".join(line.split())


def _texts(value: Any) -> Iterator[str]:
    """Every string in a cell or its metadata."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
