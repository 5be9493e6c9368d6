"""Writes down the socket calls that a function makes, while it makes them.

Only for the replay that a report shows: what is written here comes from the learner's own process, and decides
nothing that the referee can find out by itself.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from sockets_lab.exercises.who import YOUR_CODE
from sockets_lab.peers.call_words import show_arguments, show_result
from sockets_lab.referee.deadline import TimeIsUp, place_of_frame

WATCHED = (
    "__init__ accept bind close connect connect_ex listen makefile recv recv_into recvfrom recvmsg "
    "send sendall sendmsg sendto setsockopt shutdown"
).split()
KEPT_FIRST, KEPT_LAST = 30, 10

_SOCKET = socket.socket  # the learner's function may give the name to something else
Call = tuple[float, str, str]


class CallLog:
    """The calls of one run: the first thirty and the last ten, equal neighbours counted, and the names of all.

    Attributes:
        opened: by descriptor, the line of the function that made its latest socket, and the line's text.
    """

    def __init__(self) -> None:
        self._first: list[Call] = []
        self._last: list[Call] = []
        self._left_out = 0
        self._again = 0
        self._latest = ""
        self._latest_at = 0.0
        self.names: set[str] = set()
        self.opened: dict[int, tuple[int | None, str]] = {}

    def add(self, name: str, text: str, at: float | None = None) -> None:
        """Write down one call, ``at`` a time of the monotonic clock, now by default."""
        self.names.add(name)
        if text == self._latest:
            self._again += 1
            return
        self._note_repeats()
        self._latest = text
        self._latest_at = time.monotonic() if at is None else at
        self._keep(text, self._latest_at)

    def calls(self) -> list[Call]:
        """What is kept, in order."""
        self._note_repeats()
        if not self._left_out:
            return self._first + self._last
        return [*self._first, (self._last[0][0], YOUR_CODE, f"... {self._left_out:,} more calls ..."), *self._last]

    def _note_repeats(self) -> None:
        if self._again:  # of the same moment as the call itself, so that nothing a peer did comes between them
            self._keep(same_again(self._again), self._latest_at)
        self._again = 0

    def _keep(self, text: str, at: float) -> None:
        call = (at, YOUR_CODE, text)
        if len(self._first) < KEPT_FIRST:
            self._first.append(call)
            return
        self._last.append(call)
        if len(self._last) > KEPT_LAST:
            self._last.pop(0)
            self._left_out += 1


def same_again(times: int) -> str:
    """What stands below a step that happened ``times`` times more."""
    return "the same once more" if times == 1 else f"the same {times:,} times more"


@contextlib.contextmanager
def watched_sockets(log: CallLog) -> Iterator[None]:
    """While the block runs, calls of socket methods are written to ``log``.

    Calls of threads that ran before the block belong to somebody else (a notebook's kernel) and are left out.
    """
    strangers = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
    own = {name: vars(_SOCKET).get(name) for name in WATCHED}
    for name in WATCHED:
        setattr(_SOCKET, name, _watched(name, getattr(_SOCKET, name), log, strangers))
    try:
        yield
    finally:
        for name, method in own.items():
            if method is None:
                delattr(_SOCKET, name)
            else:
                setattr(_SOCKET, name, method)


def _watched(name: str, method: Callable[..., Any], log: CallLog, strangers: set[int | None]) -> Callable[..., Any]:
    def call(self: socket.socket, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() in strangers:
            return method(self, *args, **kwargs)
        quiet = _needs_no_word(self, name, args, kwargs)
        result = method(self, *args, **kwargs) if quiet else _written_down(log, name, method, self, args, kwargs)
        if name == "__init__":
            with contextlib.suppress(Exception):  # the function may have broken what this needs
                log.opened[_SOCKET.fileno(self)] = place_of_frame(sys._getframe(1))
        return result

    return call


def _needs_no_word(sock: socket.socket, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """A second close, and the object that accept wraps round a descriptor that exists already."""
    if name == "__init__":
        return kwargs.get("fileno") is not None or len(args) > 3
    return name == "close" and sock.fileno() == -1


def _written_down(
    log: CallLog,
    name: str,
    method: Callable[..., Any],
    sock: socket.socket,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    shown_name = "socket" if name == "__init__" else name
    shown = show_arguments(name, args, kwargs)
    begun = time.monotonic()
    try:
        result = method(sock, *args, **kwargs)
    except BaseException as error:
        log.add(shown_name, f"{shown_name}({shown}) {_how_it_ended(error)}")
        raise
    # What was sent may be read before send returns; what was received was sent before recv returned.
    at = None if name.startswith(("recv", "accept")) else begun
    returned = show_result(name, result)
    log.add(shown_name, f"{shown_name}({shown})" + (f" -> {returned}" if returned else ""), at)
    return result


def _how_it_ended(error: BaseException) -> str:
    if isinstance(error, TimeIsUp):
        return "was stopped by the lab: its time was up"
    number: Any = getattr(error, "errno", None)
    return f"raised {type(error).__name__}{f' {errno.errorcode[number]}' if number in errno.errorcode else ''}"
