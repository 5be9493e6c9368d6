"""The socket calls of this process, noted while they are made: from which line, when, and what came of it."""

from __future__ import annotations

import errno
import itertools
import linecache
import os
import socket
import sys
import sysconfig
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from sockets_lab.observe.tcp_states import LINUX_NUMBERS
from sockets_lab.peers.call_words import show_arguments, show_result

WATCHED = (
    "__init__ accept bind close connect connect_ex listen recv recv_into recvfrom recvfrom_into recvmsg "
    "send sendall sendmsg sendto setsockopt shutdown"
).split()
MOST_CALLS = 5000
LONGEST_LINE = 34
Address = tuple[Any, ...]

_SOCKET = socket.socket  # the learner's code may give the name to something else
_INTERNET = (socket.AF_INET, socket.AF_INET6)
_TCP_INFO = getattr(socket, "TCP_INFO", None) if sys.platform == "linux" else None
_SOCKET_PY = socket.__file__
_LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_ASYNCIO = os.path.join(os.path.dirname(_SOCKET_PY), "asyncio") + os.sep
_LIBRARIES = tuple({sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")})


@dataclass(frozen=True)
class Call:
    """One call of a socket's method.

    Attributes:
        number: from 0, in the order in which the calls began.
        socket: the number of the socket that it was made on.
        name: such as ``connect``; ``socket`` for the making of one.
        text: the call with its arguments.
        line: of the learner's code, from 1.
        file: the file or the notebook's cell that it is in.
        source: that line; of a long one, or one of several statements, the part that makes the call.
        begun_ns: in nanoseconds since 1970, as packets have it.
        ended_ns: None while it runs.
        result: what it returned, in words; empty for None.
        result_bytes: how many bytes it returned; None if it returned something else.
        error: the errno's name, or the exception's; empty where it did not fail.
        state_before: the socket's TCP state, as the kernel told it just before; empty where there is none.
        state_after: the same, just after.
        made: the number of the socket that ``accept`` returned.
    """

    number: int
    socket: int
    name: str
    text: str
    line: int
    file: str
    source: str
    begun_ns: int
    ended_ns: int | None = None
    result: str = ""
    result_bytes: int | None = None
    error: str = ""
    state_before: str = ""
    state_after: str = ""
    made: int | None = None


@dataclass(frozen=True)
class SocketSeen:
    """A socket that calls were made on.

    Attributes:
        number: from 0, in order of appearance.
        family: such as ``AF_INET``.
        kind: such as ``SOCK_STREAM``.
        local: its address, when it has one.
        peer: whom it is connected to, or tried to connect to.
        listens: it waits for connections.
    """

    number: int
    family: str
    kind: str
    local: Address | None = None
    peer: Address | None = None
    listens: bool = False


class CallTrace:
    """Notes calls from its making to ``stop()``.

    Calls of threads that ran before, a notebook's own, are left out, and so are the lab's own.

    Resources:
        the methods of ``socket.socket`` are wrapped meanwhile.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._sockets: list[SocketSeen] = []
        self._numbers: weakref.WeakKeyDictionary[socket.socket, int] = weakref.WeakKeyDictionary()
        self._strangers = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
        self._active = True
        self.not_kept = 0
        self._own = {name: vars(_SOCKET).get(name) for name in WATCHED}
        self._wrapped = {name: self._watch(name, getattr(_SOCKET, name)) for name in WATCHED}
        for name, method in self._wrapped.items():
            setattr(_SOCKET, name, method)

    def stop(self) -> None:
        """Note no more calls. A second call does nothing."""
        self._active = False
        for name, method in self._wrapped.items():
            if vars(_SOCKET).get(name) is not method:
                continue  # somebody has wrapped it again since; ours only passes on from now
            if self._own[name] is None:
                delattr(_SOCKET, name)
            else:
                setattr(_SOCKET, name, self._own[name])

    def noted(self) -> tuple[list[Call], list[SocketSeen]]:
        """The calls and the sockets, up to now."""
        with self._lock:
            return list(self._calls), list(self._sockets)

    def _watch(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(sock: socket.socket, *args: Any, **kwargs: Any) -> Any:
            if not self._active or threading.get_ident() in self._strangers or _is_no_call(sock, name, args, kwargs):
                return method(sock, *args, **kwargs)
            caller = _learners_line(sys._getframe(1), sock, name)
            if caller is None:
                return method(sock, *args, **kwargs)
            if name == "__init__":
                return self._make(method, sock, args, kwargs, caller)
            at = self._begin(sock, name, args, kwargs, caller, time.time_ns())
            try:
                result = method(sock, *args, **kwargs)
            except BaseException as error:
                self._end(sock, name, None, error, at)
                raise
            self._end(sock, name, result, None, at)
            return result

        return call

    def _make(
        self, method: Callable[..., Any], sock: socket.socket, args: Any, kwargs: Any, caller: tuple[int, str, str]
    ) -> None:
        """The making of a socket can be noted only when there is one, or the try has failed."""
        begun, error = time.time_ns(), None
        try:
            method(sock, *args, **kwargs)
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._end(sock, "socket", None, error, self._begin(sock, "socket", args, kwargs, caller, begun))

    def _begin(
        self, sock: socket.socket, name: str, args: Any, kwargs: Any, caller: tuple[int, str, str], begun: int
    ) -> int | None:
        """Note that a call begins; where it is kept, None if there are too many."""
        text = f"{name}({show_arguments(name, args, kwargs)})"
        state = "" if name == "socket" else tcp_state(sock)
        with self._lock:
            number = self._number(sock)
            if name in ("connect", "connect_ex", "sendto") and args and isinstance(args[-1], tuple):
                self._sockets[number] = replace(self._sockets[number], peer=args[-1])
            if len(self._calls) >= MOST_CALLS:
                self.not_kept += 1
                return None
            at = len(self._calls)
            self._calls.append(Call(at, number, name, text, *caller, begun, state_before=state))
        return at

    def _end(self, sock: socket.socket, name: str, result: Any, error: BaseException | None, at: int | None) -> None:
        """Note how the call that is kept ``at`` some place ended, and what the kernel now says of its socket."""
        ended = time.time_ns()
        made = result[0] if name == "accept" and isinstance(result, tuple) else None
        with self._lock:
            self._look_at(sock)
            number = None
            if made is not None:
                number = self._number(made)
                self._look_at(made)
            if at is None:
                return
            self._calls[at] = replace(
                self._calls[at],
                ended_ns=ended,
                result=show_result(name, result),
                result_bytes=len(result) if isinstance(result, bytes) else None,
                error=_error_name(error) if error else "",
                state_after=tcp_state(sock),
                made=number,
            )

    def _number(self, sock: socket.socket) -> int:
        number = self._numbers.get(sock)
        if number is None:
            number = self._numbers[sock] = len(self._sockets)
            self._sockets.append(SocketSeen(number, _name(sock.family), _name(sock.type)))
            self._look_at(sock)
        return number

    def _look_at(self, sock: socket.socket) -> None:
        """Ask the kernel for what is not known yet. A socket that is closed keeps what it had."""
        seen = self._sockets[self._numbers[sock]]
        if sock.fileno() < 0:
            return
        if not _names_a_port(seen.local) or _is_wildcard(seen.local):
            seen = replace(seen, local=_asked(sock.getsockname) or seen.local)
        seen = replace(seen, peer=_asked(sock.getpeername) or seen.peer)
        if not seen.listens and seen.peer is None:
            seen = replace(seen, listens=_listens(sock))
        self._sockets[self._numbers[sock]] = seen


def tcp_state(sock: socket.socket) -> str:
    """The TCP state by the kernel's name; empty where there is none, or nobody to ask. Source: tcp(7), TCP_INFO."""
    if _TCP_INFO is None or sock.type != socket.SOCK_STREAM or sock.family not in _INTERNET:
        return ""
    try:
        return LINUX_NUMBERS.get(sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, 1)[0], "")
    except (OSError, IndexError):
        return ""


def _is_no_call(sock: socket.socket, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """A second close, and the object that accept wraps round a descriptor that exists already."""
    if name == "__init__":
        return kwargs.get("fileno") is not None or len(args) > 3
    return name == "close" and sock.fileno() == -1


def _learners_line(frame: FrameType | None, sock: socket.socket, name: str) -> tuple[int, str, str] | None:
    """The line that led to the call, its number, its file and its text; None if the call is nobody's business."""
    while frame is not None and frame.f_code.co_filename in (_SOCKET_PY, __file__):
        frame = frame.f_back
    if frame is None:
        return None
    if frame.f_code.co_filename.startswith(_ASYNCIO) and name != "__init__" and sock.family == socket.AF_UNIX:
        return None  # an event loop wakes itself up
    while frame is not None and frame.f_code.co_filename.startswith((*_LIBRARIES, "<frozen")):
        if frame.f_code.co_filename.startswith(_LAB):
            return None
        frame = frame.f_back
    if frame is None or frame.f_code.co_filename.startswith(_LAB):
        return None
    return frame.f_lineno, frame.f_code.co_filename, _source(frame)


def _source(frame: FrameType) -> str:
    """The frame's line, or the expression in it that is being evaluated."""
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    if len(line.strip()) <= LONGEST_LINE and ";" not in line:
        return line.strip()
    first, last, begin, end = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
    if first != last or first != frame.f_lineno or begin is None or end is None:
        return line.strip()
    return line.encode()[begin:end].decode(errors="replace").strip()


def _error_name(error: BaseException) -> str:
    number = getattr(error, "errno", None)
    return errno.errorcode.get(number, type(error).__name__) if isinstance(number, int) else type(error).__name__


def _name(constant: Any) -> str:
    return str(getattr(constant, "name", constant))


def _names_a_port(address: Any) -> bool:
    return isinstance(address, tuple) and len(address) > 1 and bool(address[1])


def _is_wildcard(address: Any) -> bool:
    return isinstance(address, tuple) and address[0] in ("0.0.0.0", "::")


def _listens(sock: socket.socket) -> bool:
    return bool(_asked(lambda: sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)))


def _asked(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except OSError:
        return None
