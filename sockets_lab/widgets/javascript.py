"""The widgets' JavaScript: plain files, put together without a build step."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def module(*names: str) -> str:
    """One module of several files of this folder; the last one has the default export."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)
