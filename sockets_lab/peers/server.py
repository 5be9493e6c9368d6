"""``serve``: a background server in a process of its own, and the handle that its owner keeps."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
import weakref
from contextlib import ExitStack
from typing import Any, Self

from sockets_lab.peers import behaviours, cells
from sockets_lab.peers.behaviours import Behaviour
from sockets_lab.peers.channel import Channel, ChannelError
from sockets_lab.peers.elsewhere import is_elsewhere
from sockets_lab.peers.listening import Listening
from sockets_lab.peers.processes import OwnerWatch
from sockets_lab.peers.spawner import fork_from_warm_parent, kill_child
from sockets_lab.peers.transcript import (
    Event,
    Transcript,
    TranscriptWriter,
    new_transcript_file,
    now_event,
    read_transcript,
)

Address = tuple[Any, ...]
READY_WITHIN_S = 10.0
STOP_WITHIN_S = 2.0


class ServerError(Exception):
    """A background server could not be started, or did not do what was waited for."""


class Server:
    """A background server: its address, what it saw, and the way to stop it.

    Attributes:
        address: what a client connects to, as ``getsockname`` gave it.
        pid: the server's process.
    Resources:
        one process and two descriptors. They go with ``stop()``, at the end of the ``with`` block, when the cell
        that made the server runs again, or with the kernel, whichever comes first.
    """

    def __init__(self, behaviour: Behaviour, host: str, port: int, backlog: int) -> None:
        self.behaviour = behaviour
        self._owner = os.getpid()
        self._start = time.monotonic()
        self._log = new_transcript_file()
        self._channel, theirs = Channel.pair()
        self._finalizer = weakref.finalize(self, _release, self._channel, self._log, self._owner)
        params = {
            "behaviour": behaviour.name,
            "params": behaviour.params,
            "host": host,
            "port": port,
            "backlog": backlog,
            "owner": self._owner,
        }
        try:
            with theirs, ExitStack() as passed:
                fds = [theirs.fileno(), self._log]
                if is_elsewhere():  # a socket belongs to the network that it is made in, and this is not the server's
                    fds.append(passed.enter_context(_listen_or_say_why(params)).fileno())
                self.pid = fork_from_warm_parent(f"{__name__}:run", params, fds)
            answer, _ = self._channel.receive(timeout_s=READY_WITHIN_S)
            if "error" in answer:
                raise ServerError(answer["error"])
            self.address: Address = tuple(answer["address"])
            _servers.add(self)
            cells.belongs_to_this_cell(self)
        except ChannelError as error:
            self._finalizer()
            raise ServerError(f"the background server {behaviour!r} did not start: {error}") from error
        except BaseException:  # the stop button, too: its traceback would keep this server alive
            self._finalizer()
            raise

    @property
    def running(self) -> bool:
        """True until the server was stopped."""
        return self._finalizer.alive

    def transcript(self) -> Transcript:
        """What the server has seen and done up to now; readable after ``stop()`` too."""
        return read_transcript(self._log, self._start) if self.running else self._last_words

    def wait_for(self, call: str, *, timeout_s: float = 2.0) -> Event:
        """The first event whose call begins with ``call``, waiting for it if need be.

        Raises:
            ServerError: nothing of the kind happened within ``timeout_s`` seconds.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            for event in self.transcript():
                if event.call.startswith(call):
                    return event
            if time.monotonic() > deadline:
                raise ServerError(
                    f"the server did not {call} within {timeout_s} s; its transcript:\n{self.transcript()}"
                )
            time.sleep(0.001)

    def stop(self) -> None:
        """End the server and return when its process is gone. A second call does nothing.

        In a fork of the process that started it, it only lets go of it: the server is not the fork's.
        """
        if not self.running:
            return
        if os.getpid() == self._owner:
            try:
                self._channel.send({"stop": True})
                self._channel.receive(timeout_s=STOP_WITHIN_S)  # nothing comes: its end ends the channel
            except ChannelError:
                pass
            kill_child(self.pid)  # if need be; and its last descriptors are closed when this returns
        self._last_words = read_transcript(self._log, self._start)
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "running" if self.running else "stopped"
        return f"<{self.behaviour!r} at {self.address[0]}:{self.address[1]}, {state}>"


_servers: weakref.WeakSet[Server] = weakref.WeakSet()


def known_servers() -> list[Server]:
    """Those that this process has started and still has a handle of, running or stopped."""
    return list(_servers)


def _release(channel: Channel, log: int, owner: int) -> None:
    channel.close()
    if os.getpid() == owner:
        os.close(log)


def serve(behaviour: Behaviour, *, host: str = "127.0.0.1", port: int = 0, backlog: int = 16) -> Server:
    """Start a background server and return when it listens.

    Args:
        behaviour: what it does with each client, such as ``echo`` or ``dribbler(b"hello")``.
        host: the IPv4 or IPv6 address to listen at.
        port: 0 lets the kernel choose; the choice is in ``server.address``.
        backlog: how many finished handshakes may wait for accept, as in listen(2).
    Raises:
        TypeError: ``behaviour`` is not one, or lacks a parameter.
        ServerError: the address cannot be had, and why.
    """
    if not isinstance(behaviour, Behaviour):
        known = ", ".join(sorted(behaviours.REGISTRY))
        raise TypeError(f"serve() takes one of the lab's behaviours ({known}), not {type(behaviour).__name__}")
    behaviour.check_complete()
    if not (type(port) is int and 0 <= port <= 65535):
        raise ServerError(f"bind {host}:{port!r}: a port is a whole number from 0 to 65535; 0 lets the kernel choose")
    return Server(behaviour, host, port, backlog)


def run(params: dict[str, Any], fds: list[int]) -> None:
    """The server's own process: listen, say so, serve until the owner ends it or has gone."""
    channel, record = Channel.adopt(fds[0]), TranscriptWriter(fds[1])
    ending = threading.Event()
    try:
        listener = socket.socket(fileno=fds[2]) if len(fds) > 2 else _listen_or_say_why(params)
    except ServerError as error:
        channel.send({"error": str(error)})
        return
    listening = Listening(listener, record, ending, params["backlog"])
    behaviour = behaviours.REGISTRY[params["behaviour"]]
    threading.Thread(target=_serve_all, args=(listening, behaviour, params["params"]), daemon=True).start()
    listening.ready.wait(READY_WITHIN_S)
    channel.send({"address": list(listener.getsockname())})
    owner = OwnerWatch(params["owner"])
    try:
        if owner.wait_readable(channel.fileno()):
            channel.receive(timeout_s=1.0)
    except ChannelError:
        pass
    ending.set()
    record(now_event("", "stopped"))
    # fork_child leaves by os._exit: threads that still serve somebody end with the process.


def _listen(host: str, port: int, backlog: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(backlog)
    except BaseException:
        listener.close()
        raise
    return listener


def _listen_or_say_why(params: dict[str, Any]) -> socket.socket:
    try:
        return _listen(params["host"], params["port"], params["backlog"])
    except OSError as error:
        raise ServerError(_why_not(params["host"], params["port"], error)) from None


def _serve_all(listening: Listening, behaviour: Behaviour, params: dict[str, Any]) -> None:
    if behaviour.takes_listener:
        behaviour.function(listening, **params)
        return
    while True:
        listening.start(behaviour.function, listening.accept(), params)


def _why_not(host: str, port: int, error: OSError) -> str:
    where = f"bind {host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where}: address in use: the server of an earlier cell still runs; call server.stop(), or use port 0"
    return f"{where}: {error.strerror or error}; use an address of this machine, such as 127.0.0.1, and port 0"
