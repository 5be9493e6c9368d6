"""What the running notebook tells: the name that a cell calls ``check`` with, and whether a cell had a syntax error."""

from __future__ import annotations

import ast
import linecache
import re
from types import FrameType
from typing import Any

from sockets_lab.peers.cells import running_shell
from sockets_lab.referee.errors import CheckError

_DEFINITION = re.compile(r"^\s*(?:async\s+def\s+|def\s+|(?=\w+\s*=[^=]))(\w+)", re.MULTILINE)
_syntax_errors: dict[str, str] = {}


def name_of_argument(frame: FrameType | None, called: str) -> str | None:
    """The name ``x`` where the caller of ``frame`` says ``called(x)``; None where that cannot be seen.

    A function bound to the exercise's name may be a lambda or an object, which does not know its name.
    """
    caller = frame.f_back if frame is not None else None
    if caller is None:
        return None
    return _name_given_to((called,), caller.f_code.co_filename, caller.f_globals, caller.f_lineno)


def _name_given_to(called: tuple[str, ...], filename: str, namespace: dict[str, Any], line: int) -> str | None:
    """The name ``x`` in a call such as ``check(x)`` that stands at a line of a file or a cell."""
    try:
        tree = ast.parse("".join(linecache.getlines(filename, namespace)))
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and node.lineno <= line <= (node.end_lineno or node.lineno)
            and node.args
            and isinstance(node.args[0], ast.Name)
            and _called_name(node.func) in called
        ):
            return node.args[0].id
    return None


def caller_globals(frame: FrameType | None) -> dict[str, Any]:
    """The names that the caller of ``frame`` sees."""
    return frame.f_back.f_globals if frame is not None and frame.f_back is not None else {}


def complain_of_syntax_error(name: str) -> None:
    """Raise CheckError when the cell that should define ``name`` anew could not be read."""
    if name in _syntax_errors:
        raise CheckError(_syntax_errors[name])


def watch_cells() -> None:
    """In a notebook: remember syntax errors, and say in one sentence what an undefined name means."""
    shell = running_shell()
    if shell is None or getattr(shell, "_sockets_lab_watches", False):
        return
    shell._sockets_lab_watches = True
    shell.events.register("post_run_cell", _remember_syntax_error)
    shell.set_custom_exc((NameError,), _explain_undefined)


def _remember_syntax_error(result: Any) -> None:
    source = getattr(result.info, "raw_cell", "") or ""
    error = result.error_before_exec
    for name in _DEFINITION.findall(source):
        if isinstance(error, SyntaxError):
            where = _where(error, source)
            _syntax_errors[name] = f"the cell that defines {name} cannot be read: {where}; mend that cell and run it"
        else:
            _syntax_errors.pop(name, None)


def _where(error: SyntaxError, source: str) -> str:
    if error.msg == "incomplete input":  # what IPython says of every bracket and quote that is not closed
        try:
            ast.parse(source)
        except SyntaxError as plainer:
            error = plainer
    return f"{error.msg}, at line {error.lineno}"


def _explain_undefined(
    shell: Any, kind: type[BaseException], error: NameError, trace: Any, tb_offset: Any = None
) -> list[str]:
    name = _undefined_but_handed_in(error, trace)
    if name is not None:
        text = (
            _syntax_errors.get(name)
            or f"{name} is not defined yet: run the cell that defines it, then run this one again"
        )
        lines = [f"CheckError: {text}"]
        shell._showtraceback(CheckError, CheckError(text), lines)
        return lines
    shown: list[str] = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
    shell._showtraceback(kind, error, shown)
    return shown


def _undefined_but_handed_in(error: NameError, trace: Any) -> str | None:
    """The undefined name ``x`` when a cell's own line says ``check(x)``, not code that the cell calls."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return None
    code = trace.tb_frame.f_code
    name = _name_given_to(("check", "replay", "hint"), code.co_filename, trace.tb_frame.f_globals, trace.tb_lineno)
    return name if name == error.name else None


def _called_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
