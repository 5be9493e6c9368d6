"""Stream 2, binding: ``bind_server``."""

from __future__ import annotations

import contextlib
import errno
import re
import socket
from typing import Any

from sockets_lab.exercises.model import Exercise
from sockets_lab.exercises.stream.common import (
    RETURNED_FROM_WITH,
    STILL_RUNNING,
    judge_blocking,
    judge_default_timeout,
    judge_returned,
)
from sockets_lab.exercises.table import Hints, LearnerSocket, Outcome, Table, TrialFailed

RESULT = Hints(
    "result_shape",
    "What does the caller get, and in which order?",
    "Return two things: the bound socket, and the address that it really has.",
    "return sock, sock.getsockname()",
)
PORT_ZERO = Hints(
    "returns_port_0",
    "You asked for port 0. Can a client connect to port 0?",
    "Port 0 means: kernel, choose one. Ask the socket afterwards what was chosen.",
    "return sock, sock.getsockname(), after bind()",
)
WRONG_ADDRESS = Hints(
    "wrong_address",
    "Is the address that you returned the one that the socket has?",
    "The kernel knows. An IPv6 address has four parts, an IPv4 address two.",
    "return sock, sock.getsockname()",
)
WILDCARD = Hints(
    "binds_wildcard",
    "The caller asked for one address of this machine. Who can reach the server now?",
    "'' and 0.0.0.0 mean every address of the machine, in the café's network too. Bind the host that was given.",
    "sock.bind((host, port))",
)
IGNORES_REQUEST = Hints(
    "ignores_request",
    "Which host and which port did the caller ask for, and which did you give to bind()?",
    "The caller names both. An address that this machine does not have is the caller's to learn of, by bind()'s error.",
    "sock.bind((host, port)), with the host and the port that you were given.",
)
NOT_BOUND = Hints(
    "not_bound",
    "Which address does the kernel say that your socket has?",
    "Port 0 in getsockname() means that the socket has no name yet. bind() gives it one.",
    "sock.bind((host, port)), before you return.",
)
TWO_ARGUMENTS = Hints(
    "two_arguments_for_bind",
    "How many arguments did you give to bind(), and how many does it take?",
    "The address is one argument: a pair, in brackets of its own.",
    "sock.bind((host, port))",
)
WRONG_TYPE = Hints(
    "wrong_type",
    "The caller will listen() on this socket. Which type of socket can do that?",
    "A server of connections is a stream socket. Datagram sockets have no listen().",
    "socket.socket(family, socket.SOCK_STREAM)",
)
NO_REUSEADDR = Hints(
    "no_reuseaddr",
    "The old server is gone, and its connection is still remembered. By what name?",
    "For about a minute TIME_WAIT keeps the port from a new server, unless the old and the new one set SO_REUSEADDR.",
    "sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1), before sock.bind()",
)
OPTION_AFTER_BIND = Hints(
    "option_after_bind",
    "bind() failed. Had your setsockopt() run by then?",
    "SO_REUSEADDR tells bind() what it may do. Said after bind(), it comes too late.",
    "First setsockopt(), then bind().",
)
REUSEPORT = Hints(
    "reuseport",
    "Two servers now listen at one port. Which one gets the next client?",
    "SO_REUSEPORT lets living servers share a port. You only want to take over from a dead one: SO_REUSEADDR.",
    "Remove SO_REUSEPORT, keep SO_REUSEADDR, and let the OSError of bind() out.",
)
SWALLOWS = Hints(
    "swallows_error",
    "The address is taken. What did the caller learn of it?",
    "The caller asked for this very address. If it cannot be had, the caller must know.",
    "Let the OSError of bind() out. Do not try another port.",
)
IPV6 = Hints(
    "ipv4_only",
    "Which family does a host with colons belong to?",
    "::1 is an IPv6 address: it needs a socket of AF_INET6.",
    "family = socket.AF_INET6 if ':' in host else socket.AF_INET",
)
LISTENS = Hints(
    "listens",
    "What does the socket do beyond having a name?",
    "Binding only names the socket. Listening is the next lesson's step, and the caller's.",
    "Remove listen().",
)
NOT_BLOCKING = Hints(
    "not_blocking",
    "Did you change how long the socket waits? Nobody asked for that.",
    "The socket must be blocking and without a timeout.",
    "Remove settimeout() and setblocking().",
)
LEFT_OPEN = Hints(
    "fd_leak",
    "bind() raised. What became of the socket that you had made?",
    "Until it is returned, the socket is yours: close it when bind() fails.",
    "try: sock.bind(...), except: sock.close(), then raise.",
)

BIND_SERVER = Exercise(
    id="stream.bind_server",
    parameters=("host", "port"),
    points=5,
    why="You said how bind() should treat a port that is still remembered before you called it, let a living server "
    "keep its port, asked the kernel which address it gave, and closed the socket when there was none.",
    left_open=LEFT_OPEN,
)


def judge_bound(t: Table, value: Any, family: socket.AddressFamily, host: str) -> LearnerSocket:
    """What holds for every pair that ``bind_server`` returns."""
    if not (isinstance(value, tuple | list) and len(value) == 2):
        raise TrialFailed(
            "the result is not a pair", expected="(socket, address)", seen=repr(value)[:100], hints=RESULT
        )
    sock = t.a_socket(value[0], RESULT, closed=RETURNED_FROM_WITH)
    judge_default_timeout(t)
    address = value[1]
    right_type = sock.kernel.type == socket.SOCK_STREAM
    t.require(
        sock.kernel.family == family and right_type,
        "the socket has the wrong family or type",
        (IPV6 if family == socket.AF_INET6 else IGNORES_REQUEST) if right_type else WRONG_TYPE,
        expected=f"{family.name}, SOCK_STREAM",
        seen=f"{sock.kernel.family.name}, {sock.kernel.type.name}",
    )
    real = sock.address
    t.require(
        real[1] != 0, "the socket is not bound", NOT_BOUND, expected="a bound socket", seen=f"getsockname() = {real!r}"
    )
    t.require(
        real[0] == host,
        "the socket has another address than was asked for",
        WILDCARD if real[0] in ("0.0.0.0", "::") else IGNORES_REQUEST,
        expected=host,
        seen=real[0],
    )
    is_pair = isinstance(address, tuple) and len(address) >= 2
    t.require(
        not (is_pair and address[1] == 0), "the address has port 0", PORT_ZERO, expected=repr(real), seen=repr(address)
    )
    t.equal(address, real, "the address", WRONG_ADDRESS)
    t.require(not sock.listening, "the socket listens already", LISTENS)
    judge_blocking(t, sock, "the socket is not blocking", NOT_BLOCKING)
    return sock


def free_port(host: str, family: int = socket.AF_INET) -> int:
    """A port that nobody has at this moment."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def why_in_use(outcome: Outcome) -> Hints | None:
    """The hints for EADDRINUSE where TIME_WAIT alone is in the way."""
    if outcome.raised is None or outcome.raised.errno != errno.EADDRINUSE:
        return None
    return NO_REUSEADDR


def leave_time_wait(t: Table, sock: LearnerSocket) -> None:
    """Let the server listen, talk to one client, and close first: TIME_WAIT (RFC 9293 section 3.6.1)."""
    listener = sock.kernel
    listener.listen()
    t.step("the lab", "calls listen() on your socket: now there is a server")
    client = t.client(listener.getsockname(), listener.family)
    connection, _ = listener.accept()
    t.step("the lab", "lets the server close its end of the connection first")
    connection.close()
    client.recv()
    client.close()
    t.close(sock)
    t.step("the lab", "closes the first server; its port is left in TIME_WAIT")


_NO_PAIR = re.compile("exactly one argument|must be a? ?(tuple|pair)")


@BIND_SERVER.trial("port 0: the kernel chooses", RESULT, basic=True)
def any_port(t: Table) -> None:
    """The simplest case."""

    def which(outcome: Outcome) -> Hints | None:
        stopped_in_bind = any(text.startswith("bind(") and "TypeError" in text for _, _, text in outcome.calls)
        # As CPython says it; of a port that is text it says something else.
        about_the_pair = outcome.raised is not None and _NO_PAIR.search(outcome.raised.text)
        return TWO_ARGUMENTS if stopped_in_bind and about_the_pair else None

    value = t.call("127.0.0.1", 0, error=which, hang=STILL_RUNNING)
    judge_returned(t, value)
    judge_bound(t, value, socket.AF_INET, "127.0.0.1")


@BIND_SERVER.trial("a port that the caller chooses", RESULT)
def chosen_port(t: Table) -> None:
    """The socket must have that port and no other."""
    port = free_port("127.0.0.1")
    sock = judge_bound(t, t.call("127.0.0.1", port), socket.AF_INET, "127.0.0.1")
    t.equal(sock.address[1], port, "the port", IGNORES_REQUEST)


@BIND_SERVER.trial("a restart, right after the old server closed first", NO_REUSEADDR)
def restart(t: Table) -> None:
    """The learner's own function makes the old and the new server: on Linux both need the option."""
    first = judge_bound(t, t.call("127.0.0.1", 0), socket.AF_INET, "127.0.0.1")
    port = first.address[1]
    was_set_at_return = bool(first.kernel.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR))
    duplicate_keeps_the_port = bool(t.left_open)  # of the first call: what the second leaves is for its own verdict
    leave_time_wait(t, first)

    def which(outcome: Outcome) -> Hints | None:
        if duplicate_keeps_the_port:
            return LEFT_OPEN
        return OPTION_AFTER_BIND if was_set_at_return and why_in_use(outcome) else why_in_use(outcome)

    judge_bound(t, t.call("127.0.0.1", port, error=which), socket.AF_INET, "127.0.0.1")


@BIND_SERVER.trial("a living server keeps its port", REUSEPORT)
def living_server(t: Table) -> None:
    """The second bind must fail with EADDRINUSE, and leave nothing open."""
    first = judge_bound(t, t.call("127.0.0.1", 0), socket.AF_INET, "127.0.0.1")
    port = first.address[1]
    with contextlib.suppress(OSError):
        first.kernel.listen()
        t.step("the lab", "calls listen() on your socket: now there is a living server")
    t.start("127.0.0.1", port, hang=SWALLOWS)
    shares = bool(first.kernel.getsockopt(socket.SOL_SOCKET, getattr(socket, "SO_REUSEPORT", 15)))
    raised = t.raises(OSError, REUSEPORT if shares else SWALLOWS)
    t.require(
        raised.errno == errno.EADDRINUSE,
        "the error is not the system's EADDRINUSE",
        SWALLOWS,
        expected="OSError EADDRINUSE",
        seen=str(raised),
    )


@BIND_SERVER.trial("an IPv6 address", IPV6)
def ipv6(t: Table) -> None:
    """Colons in the host: AF_INET6."""
    t.needs_ipv6()
    judge_bound(t, t.call("::1", 0, error=IPV6), socket.AF_INET6, "::1")
