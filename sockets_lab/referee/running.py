"""Running code of the learner's: the function itself, and whatever looking at its results runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sockets_lab.referee import errors, guards
from sockets_lab.referee.deadline import Deadline, place_of_traceback

LOOKING_TAKES_S = 0.5
_PLAIN = ("builtins", "__main__", guards.__name__, errors.__name__)  # their classes are known by their names alone

# What the base class says; a class of the learner's may have attributes of its own by these names.
_TRACEBACK = BaseException.__dict__["__traceback__"].__get__
_CAUSE = BaseException.__dict__["__cause__"].__get__
_CONTEXT = BaseException.__dict__["__context__"].__get__


def run_function(function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Call the learner's function. A frame of its own, by which a deadline knows that it is inside."""
    return function(*args, **kwargs)


def look(function: Callable[..., Any], *args: Any) -> Any:
    """What ``function`` says; None if it ran into code of the learner's that raised, or did not come back."""
    try:
        with Deadline(LOOKING_TAKES_S):
            return run_function(function, list(args), {})
    except BaseException:
        return None


def describe_exception(error: BaseException) -> dict[str, Any]:
    """What the referee is told of an exception. Its text and its classes may be the learner's code."""
    line, source = place_of_traceback(_TRACEBACK(error))
    told = look(_classes_and_text, error) or {
        "names": ["an exception"],
        "text": "(looking at it raised another, or did not end)",
        "errno": None,
        "cause": [],
    }
    return {**told, "line": line, "source": source[:200]}


def _classes_and_text(error: BaseException) -> dict[str, Any]:
    try:
        text = str.__str__(str(error))  # of a subclass of str, the plain text
    except Exception as broken:
        text = f"(its text raises {type(broken).__name__})"
    cause = _CAUSE(error) or _CONTEXT(error)
    number = getattr(error, "errno", None)
    return {
        "names": _class_names(error),
        "text": text[:500],
        "errno": int(number) if isinstance(number, int) else None,
        "cause": _class_names(cause) if cause is not None else [],
    }


def _class_names(error: BaseException) -> list[str]:
    return [
        kind.__name__ if kind.__module__ in _PLAIN else f"{kind.__module__}.{kind.__qualname__}"
        for kind in type(error).__mro__
    ]
