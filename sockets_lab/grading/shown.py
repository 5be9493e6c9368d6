"""What of a submission's outputs may be shown to an instructor: text and pictures, nothing that could do anything.

The kernel that made them belongs to the submission; its messages may have any shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

LONGEST = 1_000_000  # characters of one cell's outputs; a loop that prints makes more in a second
PICTURES = ("image/png", "image/jpeg")  # not SVG, which is a document that may have scripts
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


class Shown:
    """The outputs of one cell, as they come.

    Attributes:
        outputs: what is kept.
        cut: whether something is not.
    """

    def __init__(self) -> None:
        self.outputs: list[NotebookNode] = []
        self.cut = False
        self._left = LONGEST
        self._clear_first = False

    def take(self, kind: str, content: Any) -> None:
        """Take in a message of the kernel; what is no output, or of no shape that we know, is left out."""
        if not isinstance(content, dict):
            return
        if kind == "clear_output":
            self._clear_first = bool(content.get("wait"))
            if not self._clear_first:
                self.outputs = []
            return
        output = _output(kind, content)
        if output is None:
            return
        if self._clear_first:
            self.outputs, self._clear_first = [], False
        size = sum(map(len, _strings(output)))
        if size > self._left:
            self.cut, self._left = True, 0
            return
        self._left -= size
        last = self.outputs[-1] if self.outputs else None
        if kind == "stream" and last is not None and last.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            self.outputs.append(output)


def _output(kind: str, content: dict[str, Any]) -> NotebookNode | None:
    if kind == "stream":
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        return _made("stream", name=name, text=_text(content.get("text")))
    if kind == "error":
        lines = content.get("traceback")
        traceback = [_text(line) for line in lines if line] if isinstance(lines, list) else []
        return _made(
            "error", ename=_text(content.get("ename")), evalue=_text(content.get("evalue")), traceback=traceback
        )
    if kind in ("execute_result", "display_data"):
        data = dict(_harmless(content.get("data")))
        if not data:
            return None
        more = {"execution_count": _count(content.get("execution_count"))} if kind == "execute_result" else {}
        return _made(kind, data=data, **more)
    return None


def _made(kind: str, **fields: Any) -> NotebookNode:
    made: NotebookNode = new_output(kind, **fields)
    return made


def _harmless(data: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(data, dict):
        return
    if isinstance(data.get("text/plain"), str):
        yield "text/plain", _text(data["text/plain"])
    for kind in PICTURES:
        picture = data.get(kind)
        if isinstance(picture, str) and _BASE64.fullmatch(picture):
            yield kind, picture


def as_printed(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The same as what is printed to standard output, and pictures: nothing of it is a value or an error."""
    printed: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream":
            text = output.text
        elif output.output_type == "error":
            text = "\n".join(output.traceback) + "\n"
        else:
            pictures = {kind: shown for kind, shown in output.data.items() if kind in PICTURES}
            if pictures:
                printed.append(new_output("display_data", data=pictures))
                continue
            text = "" if output.output_type == "execute_result" else output.data["text/plain"] + "\n"
        if text and printed and printed[-1].output_type == "stream":
            printed[-1].text += text
        elif text:
            printed.append(new_output("stream", name="stdout", text=text))
    return printed


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _text(value: Any) -> str:
    """A text that can be written to a file: a lone surrogate cannot."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 10**9 else None
