"""The learner's side of a check: calls the function when the referee asks, and tells how it went.

Runs in the learner's process, on its main thread. What it tells is plain data; sockets travel as descriptors.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import socket
import stat
from collections.abc import Callable
from types import FrameType
from typing import Any

from sockets_lab.peers.channel import BadMessage, Channel, ChannelClosed
from sockets_lab.peers.interrupts import HeldInterrupts, is_inside
from sockets_lab.referee.answers import MAX_TEXT
from sockets_lab.referee.capture import Captured
from sockets_lab.referee.codec import decode, encode
from sockets_lab.referee.deadline import Deadline
from sockets_lab.referee.errors import CheckError
from sockets_lab.referee.guards import guarded
from sockets_lab.referee.leftovers import Leftovers
from sockets_lab.referee.running import describe_exception, look, run_function
from sockets_lab.referee.surroundings import put_back
from sockets_lab.referee.watching import CallLog, watched_sockets


class LearnerCaller:
    """Answers the referee until it gives its verdict.

    Args:
        channel: the way to the referee.
        function: what the learner wrote.
        captured: where what it prints, and what Python warns of, goes meanwhile.
        stop_button: holds interrupts except where :func:`may_be_interrupted`.
    Resources:
        the sockets that the referee handed over and those the function returned; ``close()`` closes them.
    """

    def __init__(
        self, channel: Channel, function: Callable[..., Any], captured: Captured, stop_button: HeldInterrupts
    ) -> None:
        self._channel = channel
        self._function = function
        self._captured = captured
        self._stop_button = stop_button
        self._sockets: dict[int, socket.socket] = {}
        self._next_handle = -1
        self._kept_alive: Any = None
        self._leftovers: Leftovers | None = None
        self._pid = os.getpid()

    def until_verdict(self) -> Any:
        """Serve the referee's calls; what it finally says.

        Raises:
            KeyboardInterrupt: the stop button was pressed, even if the learner's function swallowed that.
        """
        while True:
            message, fds = self._next_message()
            if "call" in message:
                self._call(message, fds)
            elif "forget" in message:
                self._forget(message["forget"])
                self._channel.send({"forgotten": True})
            else:
                return message

    def close(self) -> None:
        """Close every socket that took part."""
        self._forget(list(self._sockets))

    def _next_message(self) -> tuple[Any, list[int]]:
        self._stop_button.raise_if_pressed()
        self._wait_for_referee()
        return self._channel.receive()  # not to be interrupted: descriptors would be lost that have come already

    def _wait_for_referee(self) -> None:
        """A frame of its own, by which the stop button knows that it may interrupt."""
        waiting = select.poll()
        waiting.register(self._channel, select.POLLIN)
        waiting.poll()

    def _forget(self, handles: list[int]) -> None:
        self._let_go()
        if self._leftovers is not None:
            self._leftovers.end()
            self._leftovers = None
        for handle in handles:
            sock = self._sockets.pop(handle, None)
            if sock is not None:
                with contextlib.suppress(OSError):  # the learner's function may have closed its descriptor
                    socket.socket.close(sock)

    def _let_go(self) -> None:
        """Give up the latest value or exception, which holds frames, and these sockets. Its end may be code, too."""

        def drop() -> None:
            self._kept_alive = None
            gc.collect(1)

        look(drop)

    def _call(self, message: dict[str, Any], fds: list[int]) -> None:
        if self._kept_alive is not None:
            self._let_go()
        captured = self._captured
        args = decode(message["args"], lambda data: self._take(data, fds))
        kwargs = decode(message["kwargs"], lambda data: self._take(data, fds))
        open_before = _open_descriptors()
        self._leftovers = self._leftovers or Leftovers()
        warned = len(captured.warnings)
        captured.take()
        log = CallLog()
        default_timeout = socket.getdefaulttimeout()
        try:
            answer, out = self._run(args, kwargs, message["limit_s"], log, open_before - self._handed_over())
        finally:
            if os.getpid() != self._pid:  # a fork that the function made has come back, too
                os._exit(0)
        answer["default_timeout"] = socket.getdefaulttimeout()
        socket.setdefaulttimeout(default_timeout)
        answer["calls"] = log.calls()
        answer["call_names"] = sorted(log.names)
        answer["opened"] = [[fd, line, source[:MAX_TEXT]] for fd, (line, source) in log.opened.items() if line]
        answer["printed"] = captured.take()
        answer["unclosed"] = [w for w in captured.warnings[warned:] if not any(f"fd={fd}," in w for fd in open_before)]
        threads = look(self._leftovers.threads)
        answer["threads"] = ["that cannot be looked at"] if threads is None else threads
        answer["processes"] = self._leftovers.processes()
        answer["sockets"] = [[handle, _closed(sock), _timeout(sock)] for handle, sock in self._sockets.items()]
        self._answer(answer, out)

    def _handed_over(self) -> set[int]:
        """The descriptors of the sockets that the trial gave, which the function may close."""
        return {socket.socket.fileno(sock) for sock in self._sockets.values()}

    def _answer(self, answer: dict[str, Any], out: list[int]) -> None:
        if not _is_open(self._channel.fileno()):
            raise CheckError(
                "your function closed descriptors that it did not open, this process's own among them: "
                "close only what you opened; restart the kernel before the next check"
            )
        try:
            self._channel.send(answer, out)
        except BadMessage as error:
            self._channel.send({**answer, "returned": {"$": "opaque", "type": "a value", "text": str(error)}})
        except ChannelClosed:
            return  # the referee has waited long enough, and has left its verdict

    def _run(
        self, args: list[Any], kwargs: dict[str, Any], limit_s: float, log: CallLog, kept_open: set[int]
    ) -> tuple[dict[str, Any], list[int]]:
        """Call the function; the answer, and the descriptors to send with it.

        An exception holds its frames, and these the sockets that the function did not close. It is kept until
        the referee, which counts descriptors after the answer, sends its next message.
        """
        out: list[int] = []
        deadline = Deadline(limit_s)
        try:
            with watched_sockets(log), deadline, put_back(), guarded(kept_open):
                self._kept_alive = run_function(self._function, args, kwargs)
                # Looking at a value runs the learner's code too: its repr, its fileno.
                told = run_function(encode, [self._kept_alive, lambda sock: self._give(sock, out)], {})
            return {"returned": told}, out
        except BaseException as error:
            self._kept_alive = error
            if issubclass(type(error), KeyboardInterrupt) and self._stop_button.pressed:
                raise
            if deadline.place is not None:
                return self._hung(deadline), []
            return {"raised": describe_exception(error)}, []

    def _hung(self, deadline: Deadline) -> dict[str, Any]:
        line, source = deadline.place or (None, "")
        return {"hung": {"line": line, "source": source}}

    def _take(self, data: dict[str, Any], fds: list[int]) -> socket.socket:
        handle = data["handle"]
        if handle not in self._sockets:
            sock = socket.socket(fileno=fds[data["fd"]])
            sock.settimeout(data["timeout"])
            self._sockets[handle] = sock
        taken: socket.socket = self._sockets[handle]
        return taken

    def _give(self, sock: Any, out: list[int]) -> dict[str, Any] | None:
        if not isinstance(sock, socket.socket):
            return None
        known = [handle for handle, ours in self._sockets.items() if ours is sock]
        handle = known[0] if known else self._next_handle
        if not known:
            self._next_handle -= 1
            self._sockets[handle] = sock
        told = {"handle": handle, "type": type(sock).__name__, "closed": _closed(sock), "timeout": _timeout(sock)}
        if not told["closed"]:
            told["fd"] = len(out)
            out.append(socket.socket.fileno(sock))
        return told


def may_be_interrupted(frame: FrameType | None) -> bool:
    """Whether the stop button may raise in ``frame``: in the learner's code, or while waiting for the referee."""
    return is_inside(frame, run_function.__code__) or is_inside(frame, LearnerCaller._wait_for_referee.__code__)


# A learner's subclass may have methods of its own: ask the base class.


def _closed(sock: socket.socket) -> bool:
    try:
        return not stat.S_ISSOCK(os.fstat(socket.socket.fileno(sock)).st_mode)
    except OSError:
        return True


def _timeout(sock: socket.socket) -> float | None:
    return socket.socket.gettimeout(sock)


def _open_descriptors() -> set[int]:
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    return {int(name) for name in os.listdir(folder) if _is_open(int(name))}


def _is_open(fd: int) -> bool:
    """False for the descriptor that the listing itself had, whose number the function's first socket will get."""
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
