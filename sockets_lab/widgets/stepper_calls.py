"""One call of the stepper: run for real, and never for longer than a deadline."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Any, Literal

from sockets_lab.observe.errnos import explain

DEADLINE_S = 0.3

Result = Literal["returned", "failed", "waits"]


@dataclass(frozen=True)
class Outcome:
    """What came of a call.

    Attributes:
        result: it returned, it failed, or it would still wait.
        told: the value, the errno's name, or that it waits.
        meaning: in words; empty for an ordinary return.
    """

    result: Result
    told: str
    meaning: str = ""


# What a blocking call would stand and wait for.
_WAITS = {
    "accept": "nobody has connected yet. A blocking accept() stands here until somebody does: do connect on the "
    "other end.",
    "recv": "nothing has come. A blocking recv() stands here until the other end sends: do send there.",
    "connect": "there is no answer yet. A blocking connect() stands here until the other end's kernel answers.",
    "send": "the buffers are full. A blocking send() stands here until the other end reads: do recv there.",
    "sendto": "the buffers are full. A blocking sendto() stands here until they have room.",
}
# What an errno means for this kind of socket and this call, beyond what it means everywhere.
_HERE = {
    (
        "raw",
        "socket",
        "EPERM",
    ): "Raw sockets need CAP_NET_RAW. Open the notebook with the kernel “Sockets Lab”: there you may.",
    ("stream", "accept", "EINVAL"): "This socket does not listen: do listen first.",
    ("seqpacket", "accept", "EINVAL"): "This socket does not listen: do listen first.",
    ("stream", "bind", "EINVAL"): "It has a port already. A socket is bound once in its life.",
    ("stream", "connect", "ECONNREFUSED"): "Do bind and listen on the server first: bind alone is not enough.",
    ("seqpacket", "connect", "ECONNREFUSED"): "Do bind and listen on the server first.",
    ("stream", "send", "EPIPE"): "After shutdown a socket can still receive. One that never connected cannot send.",
    ("datagram", "listen", "EOPNOTSUPP"): "A datagram socket takes from everybody at once: there is nothing to accept.",
    ("datagram", "recv", "ECONNREFUSED"): "An earlier datagram found nobody at that port: the news comes only now.",
    ("datagram", "send", "ECONNREFUSED"): "An earlier datagram found nobody at that port: the news comes only now.",
    ("raw", "listen", "EOPNOTSUPP"): "A raw socket has no connections: there is nothing to accept.",
    ("seqpacket", "bind", "EINVAL"): "It has a name already. A socket is bound once in its life.",
}


def run(line: str, call: str, kind: str, names: dict[str, Any]) -> Outcome:
    """Run one line of Python; its sockets wait for ``DEADLINE_S`` at most.

    Args:
        line: a call such as ``client.recv(100)``, or an assignment.
        call: which one it is.
        kind: of socket.
        names: what the line sees, and where it puts what it makes.
    """
    try:
        value = eval(compile(line, "<stepper>", "exec" if " = " in line else "eval"), names)
    except BlockingIOError:
        return Outcome("waits", "it waits", f"It waits: {_WAITS[call]}")
    except NameError as error:
        return Outcome("failed", "NameError", f"{error}: there is no such socket yet. {_how_to_get(error.name)}")
    except TypeError as error:
        return Outcome("failed", "TypeError", str(error))
    except OSError as error:
        return _failed(error, kind, call)
    return Outcome("returned", _in_words(call, value, names))


def wait_for_at_most(sock: socket.socket, seconds: float = DEADLINE_S) -> None:
    """Let the socket's calls wait as a blocking socket's do, but give up after a while, with EAGAIN or EINPROGRESS.

    Source: socket(7) on SO_RCVTIMEO and SO_SNDTIMEO. A non-blocking socket would differ: after a refused connect,
    for example, its next one fails with ECONNABORTED.
    """
    limit = struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        sock.setsockopt(socket.SOL_SOCKET, option, limit)


def _in_words(call: str, value: Any, names: dict[str, Any]) -> str:
    if call == "accept":
        return f"a new socket, conn, and its peer's address, {names['address']!r}"
    if call == "socket":
        return "a new socket"
    return f"{value!r}, the count of bytes" if call in ("send", "sendto") else repr(value)


def _failed(error: OSError, kind: str, call: str) -> Outcome:
    name, _, explained = explain(error).partition(" (")
    meaning, _, mend = explained.partition(": ")[2].partition("\n  To mend it: ")
    if kind == "seqpacket" and name == "ECONNREFUSED":
        meaning = "nobody listens at that name."
    return Outcome("failed", name, f"{meaning} {_HERE.get((kind, call, name), mend)}")


def _how_to_get(name: str | None) -> str:
    return "accept() makes it." if name in ("conn", "address") else f"Do socket on {name} first."
