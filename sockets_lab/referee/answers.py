"""What a learner's process tells of a call, field by field: it is not trusted, and may have any shape."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from sockets_lab.exercises.table import Hung, Raised
from sockets_lab.referee.codec import BadValue

MAX_CALLS = 100
MAX_NAMES = 200
MAX_TEXT = 600
MAX_PRINTED = 5000
MAX_SOCKETS = 2000
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """How a call went, as the learner's process tells it.

    Attributes:
        returned: what the function returned, not decoded yet; only where it neither raised nor hung.
        calls: each ``(when, what)``.
        opened: "line 3: ..." of the function, which made the socket that had this descriptor last.
        sockets: of each the handle, whether it is closed, its timeout.
    """

    returned: Any
    raised: Raised | None
    hung: Hung | None
    calls: tuple[tuple[float, str], ...]
    call_names: frozenset[str]
    opened: dict[int, str]
    default_timeout: float | None
    printed: str
    unclosed: tuple[str, ...]
    threads: tuple[str, ...]
    processes: tuple[str, ...]
    sockets: tuple[tuple[int, bool, float | None], ...]

    @classmethod
    def read(cls, data: Any) -> Self:
        """Check every field.

        Raises:
            BadValue: naming the field.
        """
        fields = _Fields(data)
        hung = fields.optional("hung", _hung)
        raised = fields.optional("raised", _raised)
        if hung is None and raised is None and "returned" not in fields.data:
            raise BadValue("it says neither what was returned nor what was raised")
        return cls(
            returned=fields.data.get("returned"),
            raised=raised,
            hung=hung,
            calls=fields.rows("calls", MAX_CALLS, _call),
            call_names=frozenset(fields.rows("call_names", MAX_NAMES, read_text)),
            opened=dict(fields.rows("opened", MAX_SOCKETS, _opened)),
            default_timeout=fields.one("default_timeout", read_timeout),
            printed=fields.one("printed", lambda value: read_text(value, MAX_PRINTED)),
            unclosed=fields.rows("unclosed", MAX_NAMES, read_text),
            threads=fields.rows("threads", MAX_NAMES, read_text),
            processes=fields.rows("processes", MAX_NAMES, read_text),
            sockets=fields.rows("sockets", MAX_SOCKETS, _socket),
        )


class Received:
    """Descriptors that came with a message. Those that nobody takes are closed.

    Resources:
        the descriptors; ``close()`` closes what was not taken.
    """

    def __init__(self, fds: list[int]) -> None:
        self._fds: dict[int, int] = dict(enumerate(fds))

    def take_socket(self, number: Any) -> socket.socket:
        """The socket behind one of them, which the caller then owns.

        Raises:
            BadValue: there is no such descriptor, or it is no socket.
        """
        if type(number) is not int or number not in self._fds:
            raise BadValue("a descriptor is missing")
        try:
            taken = socket.socket(fileno=self._fds[number])
        except OSError as error:
            raise BadValue(f"not a socket: {error}") from error
        del self._fds[number]
        return taken

    def close(self) -> None:
        """Close the rest."""
        for fd in self._fds.values():
            os.close(fd)
        self._fds.clear()


class _Fields:
    """A message's fields, each read by a function that raises for what it does not expect."""

    def __init__(self, data: Any) -> None:
        if not isinstance(data, dict):
            raise BadValue("it is no answer to a call")
        self.data = data

    def one(self, name: str, read: Callable[[Any], T]) -> T:
        if name not in self.data:
            raise BadValue(f"it lacks {name!r}")
        try:
            return read(self.data[name])
        except (TypeError, ValueError, KeyError, OverflowError) as error:
            raise BadValue(f"{name!r} is not what it should be") from error

    def optional(self, name: str, read: Callable[[Any], T]) -> T | None:
        return self.one(name, read) if name in self.data else None

    def rows(self, name: str, most: int, read: Callable[[Any], T]) -> tuple[T, ...]:
        def read_all(value: Any) -> tuple[T, ...]:
            if not isinstance(value, list):
                raise TypeError
            return tuple(map(read, value[:most]))

        return self.one(name, read_all)


def number_or_none(value: Any) -> int | None:
    """A whole number, or None.

    Raises:
        TypeError: it is something else.
    """
    if value is not None and type(value) is not int:
        raise TypeError
    return value


def read_text(value: Any, longest: int = MAX_TEXT) -> str:
    """A text, cut.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(value, str):
        raise TypeError
    return value[:longest]


def read_flag(value: Any) -> bool:
    """True or False.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(value, bool):
        raise TypeError
    return value


def read_timeout(value: Any) -> float | None:
    """Seconds, or None.

    Raises:
        TypeError: it is something else.
    """
    if value is None:
        return None
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:
        raise TypeError
    return float(value)


def _call(value: Any) -> tuple[float, str]:
    at, _who, text = value
    if type(at) not in (int, float) or not math.isfinite(at):
        raise TypeError
    return float(at), read_text(text)


def _opened(value: Any) -> tuple[int, str]:
    fd, line, source = value
    if type(fd) is not int or type(line) is not int:
        raise TypeError
    return fd, f"line {line}: {read_text(source)}"


def _socket(value: Any) -> tuple[int, bool, float | None]:
    handle, closed, timeout = value
    if type(handle) is not int:
        raise TypeError
    return handle, read_flag(closed), read_timeout(timeout)


def _hung(value: Any) -> Hung:
    return Hung(number_or_none(value["line"]), read_text(value["source"]))


def _raised(value: Any) -> Raised:
    names = _names(value["names"])
    if not names:
        raise TypeError
    line, errno = number_or_none(value["line"]), number_or_none(value["errno"])
    return Raised(names, read_text(value["text"]), line, read_text(value["source"]), errno, _names(value["cause"]))


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(read_text, value[:MAX_NAMES]))
