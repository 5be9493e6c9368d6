"""The widgets' JavaScript and styles: plain files, put together without a build step."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def asset(*names: str) -> str:
    """One text of several files of this folder; of JavaScript, the last one has the default export.

    As text and not as paths: anywidget follows a path's changes for each widget, and so keeps every widget for ever.
    """
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)
