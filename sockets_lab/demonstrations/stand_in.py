"""In a notebook: what a demonstration shows where it cannot be had, in place of a traceback.

Source: IPython's documentation, "IPython Events" and ``InteractiveShell.set_custom_exc``.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from sockets_lab.demonstrations.stored import FOLDER, Picture, find_picture
from sockets_lab.observe.not_here import NotHere
from sockets_lab.peers.cells import running_shell

_MARK = "sockets_lab_stand_in"
_SHOWED = "When the lesson was made, this cell showed:"
_CHANGED = "What the lesson's own cells show is stored; for this one, as it now reads, there is nothing."


def stand_in_where_missing() -> None:
    """From now on a cell that raises ``NotHere`` shows one sentence and what is stored of it, and counts as run.

    Outside of a notebook, do nothing: there the exception says it all.
    """
    shell = running_shell()
    if shell is None or getattr(shell, "_sockets_lab_stands_in", False):
        return
    shell._sockets_lab_stands_in = True
    others = shell.CustomTB

    def show(_: Any, kind: type[BaseException], error: BaseException, trace: Any, tb_offset: Any = None) -> Any:
        if isinstance(error, NotHere):
            return _show(error, _running_source(shell))
        return others(kind, error, trace, tb_offset)

    shell.set_custom_exc((*shell.custom_exceptions, NotHere), show)
    shell.events.register("post_run_cell", _count_as_run)


def is_stand_in(output: Mapping[str, Any]) -> bool:
    """Whether a notebook's output says that something was not shown live."""
    return bool(output.get("metadata", {}).get(_MARK))


def _show(error: NotHere, source: str) -> list[str]:
    folder = Path.cwd() / FOLDER
    picture = find_picture(source, folder) if source else None
    nothing = _CHANGED if folder.is_dir() else ""
    _publish_sentence(str(error), nothing if picture is None else _SHOWED)
    _publish_picture(picture or [])
    return []


def _publish_sentence(missing: str, more: str) -> None:
    html = f"<p><strong>Not shown live.</strong> {escape(missing)}</p>" + (f"<p>{escape(more)}</p>" if more else "")
    text = f"Not shown live. {missing}" + (f"\n{more}" if more else "")
    _publish({"text/plain": text, "text/html": html}, {_MARK: True})


def _publish_picture(picture: Picture) -> None:
    for output in picture:
        if output["output_type"] == "stream":
            print(output["text"], end="", flush=True)
        else:
            _publish(output["data"], {})


def _publish(data: dict[str, Any], metadata: dict[str, Any]) -> None:
    from IPython.display import display

    display(data, raw=True, metadata=metadata)  # type: ignore[no-untyped-call]


def _running_source(shell: Any) -> str:
    """Of the cell that is running, as the front-end sent it; empty in a terminal."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return str((parent or {}).get("content", {}).get("code", ""))


def _count_as_run(result: Any) -> None:
    """Or "run all" and nbclient would stop at a demonstration."""
    if isinstance(result.error_in_exec, NotHere):
        result.error_in_exec = None
