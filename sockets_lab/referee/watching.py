"""Writes down the socket calls that a function makes, while it makes them.

Only for the replay that a report shows: what is written here comes from the learner's own process, and decides
nothing that the referee can find out by itself.
"""

from __future__ import annotations

import contextlib
import errno
import reprlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from sockets_lab.peers.transcript import show_bytes
from sockets_lab.referee.deadline import TimeIsUp

WATCHED = (
    "__init__ accept bind close connect connect_ex listen makefile recv recv_into recvfrom recvmsg "
    "send sendall sendmsg sendto setsockopt shutdown"
).split()
KEPT_FIRST, KEPT_LAST = 30, 10

_SOCKET = socket.socket  # the learner's function may give the name to something else
_REPR = reprlib.Repr()  # short, and a repr that raises does no harm
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 60
_NAMED = (socket.AddressFamily, socket.SocketKind, socket.MsgFlag)
_SHUT = {int(how): name for name, how in vars(socket).items() if name.startswith("SHUT_")}
_LEVELS = {  # the numbers of an option, and how the names of its level's options begin
    int(getattr(socket, level)): (level, prefix)
    for level, prefix in (
        ("SOL_SOCKET", "SO_"),
        ("IPPROTO_IP", "IP_"),
        ("IPPROTO_IPV6", "IPV6_"),
        ("IPPROTO_TCP", "TCP_"),
    )
}
_OF_OTHER_LEVELS = ("SO_VM_", "SO_J1939_", "IP_DEFAULT_")
Call = tuple[float, str, str]


class CallLog:
    """The calls of one run: the first thirty and the last ten, equal neighbours counted, and the names of all."""

    def __init__(self) -> None:
        self._first: list[Call] = []
        self._last: list[Call] = []
        self._left_out = 0
        self._again = 0
        self._latest = ""
        self._latest_at = 0.0
        self.names: set[str] = set()

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
        return [*self._first, (self._last[0][0], "your code", f"... {self._left_out:,} more calls ..."), *self._last]

    def _note_repeats(self) -> None:
        if self._again:  # of the same moment as the call itself, so that nothing a peer did comes between them
            self._keep(same_again(self._again), self._latest_at)
        self._again = 0

    def _keep(self, text: str, at: float) -> None:
        call = (at, "your code", text)
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
    shown_name = "socket" if name == "__init__" else name

    def call(self: socket.socket, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() in strangers or _needs_no_word(self, name, args, kwargs):
            return method(self, *args, **kwargs)
        shown = _show_arguments(name, args, kwargs)
        begun = time.monotonic()
        try:
            result = method(self, *args, **kwargs)
        except BaseException as error:
            log.add(shown_name, f"{shown_name}({shown}) {_how_it_ended(error)}")
            raise
        # What was sent may be read before send returns; what was received was sent before recv returned.
        at = None if name.startswith(("recv", "accept")) else begun
        log.add(shown_name, f"{shown_name}({shown})" + _show_result(name, result), at)
        return result

    return call


def _needs_no_word(sock: socket.socket, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """A second close, and the object that accept wraps round a descriptor that exists already."""
    if name == "__init__":
        return kwargs.get("fileno") is not None or len(args) > 3
    return name == "close" and sock.fileno() == -1


def _show_arguments(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    if name == "shutdown" and len(args) == 1 and type(args[0]) is int and args[0] in _SHUT:
        return _SHUT[args[0]]
    if name == "setsockopt" and len(args) > 2 and type(args[0]) is int and type(args[1]) is int:
        return ", ".join([*_show_option(args[0], args[1]), *map(_show, args[2:])])
    return ", ".join([_show(arg) for arg in args] + [f"{key}={_show(value)}" for key, value in kwargs.items()])


def _show_option(level: int, option: int) -> tuple[str, str]:
    name, prefix = _LEVELS.get(level, (str(level), ""))
    if not prefix:
        return name, str(option)
    names = (known for known, value in vars(socket).items() if known.startswith(prefix) and value == option)
    return name, next((known for known in names if not known.startswith(_OF_OTHER_LEVELS)), str(option))


def _show(value: Any) -> str:
    if isinstance(value, _NAMED):
        return value.name or _REPR.repr(value)
    if isinstance(value, (bytes, bytearray)):
        return show_bytes(bytes(value[:64]), len(value), limit=16)
    if isinstance(value, memoryview):
        return f"a view of {value.nbytes} bytes"
    return _REPR.repr(value)


def _show_result(name: str, result: Any) -> str:
    if result is None:
        return ""
    if name == "connect_ex" and result in errno.errorcode:
        return f" -> {result} ({errno.errorcode[result]})"
    if isinstance(result, tuple) and result and isinstance(result[0], _SOCKET):
        return f" -> a socket, from {result[1]!r}"
    return f" -> {_show(result)}"


def _how_it_ended(error: BaseException) -> str:
    if isinstance(error, TimeIsUp):
        return "was stopped by the lab: its time was up"
    number: Any = getattr(error, "errno", None)
    return f"raised {type(error).__name__}{f' {errno.errorcode[number]}' if number in errno.errorcode else ''}"
