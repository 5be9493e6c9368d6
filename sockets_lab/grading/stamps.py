"""Marks a built notebook, so that the next build can tell what it made itself from what somebody did since."""

from __future__ import annotations

import hashlib

from nbformat.notebooknode import NotebookNode

KEY = "sockets_lab_build"


def stamp(notebook: NotebookNode) -> None:
    """Write into its metadata what is in its cells now."""
    notebook.metadata[KEY] = _fingerprint(notebook)


def holds_work(notebook: NotebookNode | None, *, outputs_too: bool) -> bool:
    """Whether there is anything in it that a build would not make again.

    Args:
        notebook: None for a file that is no notebook: who knows what it is.
        outputs_too: whether a build leaves it without outputs, so that somebody has run what has some.
    """
    if notebook is None or notebook.metadata.get(KEY) != _fingerprint(notebook):
        return True
    return outputs_too and any(cell.get("outputs") for cell in notebook.cells)


def is_ours(notebook: NotebookNode | None) -> bool:
    """Whether a build made it and nobody has changed its cells since."""
    return not holds_work(notebook, outputs_too=False)


def _fingerprint(notebook: NotebookNode) -> str:
    digest = hashlib.sha256()
    for cell in notebook.cells:
        digest.update(f"{cell.cell_type} {len(cell.source)} {cell.source}".encode())
    return digest.hexdigest()[:16]
