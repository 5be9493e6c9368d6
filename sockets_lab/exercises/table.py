"""What a trial is written with: sockets to hand over, calls to the learner's function, and judgements.

A trial gets a :class:`Table`. It puts sockets on it, calls the learner's function, plays the other side, and
judges. ``call`` waits for the function; ``start`` lets it run while the trial goes on, until ``result``.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import random
import re
import select
import socket
import sys
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sockets_lab.exercises.waiting import Watch
from sockets_lab.exercises.who import YOUR_CODE, WhoIsWho
from sockets_lab.peers.connection import Connection
from sockets_lab.peers.transcript import Event, show_bytes

CALL_LIMIT_S = 3.0
PEER_LIMIT_S = 1.5
UNREAD_LIMIT_S = 0.03
TICK_S = 0.002
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
_LIMITS = (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO)
_ENUM = re.compile(r"<\w+\.(\w+): \d+>")  # <AddressFamily.AF_INET: 2>
T = TypeVar("T")


@dataclass(frozen=True)
class Hints:
    """Three hints of rising strength for one misconception.

    Attributes:
        key: the misconception's name.
        question: makes the learner look at the right place.
        direction: says what to do.
        answer: all but the code.
    """

    key: str
    question: str
    direction: str
    answer: str

    def __iter__(self) -> Iterator[str]:
        return iter((self.question, self.direction, self.answer))


class TrialFailed(Exception):
    """The learner's function did not do what the trial asks."""

    def __init__(
        self,
        message: str,
        *,
        expected: str = "",
        seen: str = "",
        hints: Hints | None = None,
        raised: Raised | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.expected, self.seen, self.hints, self.raised = message, expected, seen, hints, raised


class TrialSkipped(Exception):
    """This machine cannot run the trial; the text says what it lacks."""


@dataclass(repr=False)
class LearnerSocket:
    """A socket that lives in the learner's process, and the referee's own duplicate of it.

    Attributes:
        handle: its name on the channel.
        sock: a duplicate to ask the kernel with; None if the learner's was closed when it was returned.
        timeout: what ``gettimeout()`` says there.
        closed: whether it was closed there.
        type_name: its class there.
    """

    handle: int
    sock: socket.socket | None
    timeout: float | None = None
    closed: bool = False
    type_name: str = "socket"
    known_there: bool = False

    def __repr__(self) -> str:
        return "a closed socket" if self.closed else "a socket"

    @property
    def kernel(self) -> socket.socket:
        """The duplicate. Raises TrialFailed when the learner's function gave a closed socket."""
        if self.sock is None:
            raise TrialFailed("the socket that came back is closed")
        return self.sock

    @property
    def address(self) -> Any:
        """``getsockname``, as the kernel answers."""
        return self.kernel.getsockname()

    @property
    def listening(self) -> bool:
        """SO_ACCEPTCONN, socket(7)."""
        return bool(self.kernel.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))

    @property
    def blocking(self) -> bool:
        """True without O_NONBLOCK, which a Python timeout sets too (fcntl(2)), and without SO_*TIMEO (socket(7))."""
        limits = (self.kernel.getsockopt(socket.SOL_SOCKET, limit, 16) for limit in _LIMITS)
        return os.get_blocking(self.kernel.fileno()) and not any(map(any, limits))

    def fileno(self) -> int:
        """The duplicate's descriptor."""
        return self.kernel.fileno()

    def gettimeout(self) -> float | None:
        """The timeout that it has in the learner's process."""
        return self.timeout

    def unread(self) -> bytes:
        """What lies in its receive buffer, left there."""
        try:
            return self.kernel.recv(1 << 20, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return b""


@dataclass(frozen=True)
class Raised:
    """An exception that the learner's function raised.

    Attributes:
        names: its class and the classes it derives from.
        text: what it says.
        line: the line of the learner's code, if it was there.
        cause: the class and its bases of the exception it was raised from or while handling.
    """

    names: tuple[str, ...]
    text: str
    line: int | None = None
    source: str = ""
    errno: int | None = None
    cause: tuple[str, ...] = ()

    def is_a(self, *kinds: type[BaseException]) -> bool:
        """Whether it would be caught by ``except kinds``."""
        return any(kind.__name__ in self.names for kind in kinds)

    def __str__(self) -> str:
        where = f", at line {self.line}: {self.source}" if self.line else ""
        return f"{self.names[0]}: {self.text}{where}" if self.text else f"{self.names[0]}{where}"


@dataclass(frozen=True)
class Hung:
    """Where the learner's function was when its time was up."""

    line: int | None
    source: str
    interrupted: bool = True


@dataclass
class Outcome:
    """How one call of the learner's function went.

    Attributes:
        seconds: how long it took, by the referee's clock.
        calls: the socket calls, each ``(when, who, what)``.
        left_open: what was opened and is still open, or was left to the garbage collector.
        call_names: the names of all socket calls.
        default_timeout: what ``socket.getdefaulttimeout()`` said afterwards; it is put back.
    """

    value: Any = None
    raised: Raised | None = None
    hung: Hung | None = None
    seconds: float = 0.0
    calls: list[tuple[float, str, str]] = field(default_factory=list)
    left_open: list[str] = field(default_factory=list)
    call_names: frozenset[str] = frozenset()
    default_timeout: float | None = None
    printed: str = ""


Blame = Hints | Callable[[Outcome], Hints | None] | None


class LearnerSide(Protocol):
    """The way to the learner's kernel."""

    def hand_over(self, sock: socket.socket, timeout: float | None) -> LearnerSocket:
        """A socket for the learner; ``sock`` stays the referee's."""

    def start(self, args: tuple[Any, ...], kwargs: dict[str, Any], limit_s: float) -> None:
        """Begin a call."""

    def finish(self) -> Outcome:
        """Wait for the call's end."""

    def close(self, known: LearnerSocket) -> None:
        """Close one socket, there and here."""

    def processor_use(self) -> tuple[float, bool]:
        """Processor seconds that its main thread has used, and whether it sleeps now."""

    @property
    def running(self) -> bool:
        """A call has begun and its outcome was not collected."""

    def ends_within(self, timeout_s: float) -> bool:
        """The outcome of the call is there to be collected, now or after at most ``timeout_s`` seconds."""


class Table:
    """One trial's table. See the module's text.

    Attributes:
        random: the trial's own random numbers, the same for the same seed.
        outcome: how the latest call went.
        who: whose the ends of its connections are.
    """

    def __init__(self, learner: LearnerSide, seed: int, cleanup: contextlib.ExitStack) -> None:
        self.random = random.Random(seed)
        self.outcome = Outcome()
        self.steps: list[tuple[float, str, str]] = []
        self.left_open: list[str] = []
        self.printed = ""
        self.longest_pause_s = 0.0
        self.who = WhoIsWho()
        self._learner = learner
        self._cleanup = cleanup
        self._peers = 0
        self.on_hang: Blame = None
        self._on_error: Blame = None
        self._on_busy: Hints | None = None
        self._watch = Watch(learner.processor_use)

    # Sockets to hand over, and the other side

    def connected(
        self,
        family: int = socket.AF_INET,
        *,
        timeout: float | None = None,
        sndbuf: int = 0,
        mss: int = 0,
        far_rcvbuf: int = 0,
    ) -> tuple[LearnerSocket, Connection]:
        """A real TCP connection on loopback: the learner's end, and the peer's end, which the trial plays.

        Args:
            timeout: what the learner's socket is set to, in seconds.
            sndbuf: SO_SNDBUF of the learner's end, bytes; 0 leaves it alone.
            mss: TCP_MAXSEG of the learner's end, bytes; 0 leaves it alone.
            far_rcvbuf: SO_RCVBUF of the peer's end, bytes; 0 leaves it alone.
        """
        with self._listener(family, rcvbuf=far_rcvbuf) as listener:
            near = self.keep(socket.socket(family, socket.SOCK_STREAM))
            if sndbuf:
                near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, sndbuf)
            if mss:
                near.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, mss)
            near.connect(listener.getsockname())
            far, _ = listener.accept()
        return self._learner.hand_over(near, timeout), self._peer(far, handed_over=True)

    def listener(
        self, family: int = socket.AF_INET, *, backlog: int = 16, timeout: float | None = None
    ) -> LearnerSocket:
        """A listening socket for the learner."""
        return self._learner.hand_over(self._listener(family, backlog), timeout)

    def server(
        self, family: int = socket.AF_INET, *, backlog: int = 16, host: str = "", narrow: bool = False
    ) -> PeerListener:
        """A listening socket that the trial keeps; ``accept`` gives the learner's connection.

        Args:
            narrow: its connections take little: one send of the learner's takes less than 100,000 bytes [seen].
        """
        listener = self._listener(family, backlog, 4096 if narrow else 0, host, 1400 if narrow else 0)
        self.who.alone(listener.getsockname(), "server")
        return PeerListener(listener, self)

    def close(self, known: LearnerSocket) -> None:
        """Close a socket that the learner's function returned or was handed, everywhere."""
        self._learner.close(known)

    def client(self, address: Any, family: int = socket.AF_INET) -> Connection:
        """A peer that connects to ``address``."""
        sock = self.keep(socket.socket(family, socket.SOCK_STREAM))
        sock.settimeout(PEER_LIMIT_S)
        begun = time.monotonic()  # the learner's function may have accepted it before connect returns
        sock.connect(address)
        peer = self._peer(sock)
        self.steps.append((begun, self._latest_peer, f"connects, from {sock.getsockname()!r}"))
        return peer

    def closed_port(self, family: int = socket.AF_INET) -> Any:
        """An address that refuses: bound, so that nobody else gets it, and not listening."""
        holder = self.keep(socket.socket(family, socket.SOCK_STREAM))
        holder.bind((LOOPBACK[socket.AddressFamily(family)], 0))
        self.who.alone(holder.getsockname(), "nobody")
        return holder.getsockname()

    def black_hole(self, family: int = socket.AF_INET) -> Any:
        """An address that ignores SYNs: a listener with a full queue (listen(2))."""
        listener = self._listener(family, 0)
        first = self.keep(socket.create_connection(listener.getsockname()))
        self.who.alone(listener.getsockname(), "full server")
        self.who.alone(first.getsockname(), "the lab")
        return listener.getsockname()

    def needs_ipv6(self) -> None:
        """Skip the trial where the machine has no IPv6 loopback."""
        try:
            with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
                probe.bind(("::1", 0))
        except OSError as error:
            raise TrialSkipped(f"this machine has no IPv6 loopback ({error.strerror})") from error

    def keep(self, resource: T) -> T:
        """Close ``resource`` when the trial ends."""
        self._cleanup.callback(resource.close)  # type: ignore[attr-defined]
        return resource

    def _listener(self, family: int, backlog: int = 16, rcvbuf: int = 0, host: str = "", mss: int = 0) -> socket.socket:
        listener = self.keep(socket.socket(family, socket.SOCK_STREAM))
        if rcvbuf:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        if mss:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, mss)
        listener.bind((host or LOOPBACK[socket.AddressFamily(family)], 0))
        listener.listen(backlog)
        return listener

    def _peer(self, sock: socket.socket, *, handed_over: bool = False) -> Connection:
        self._peers += 1
        sock.settimeout(PEER_LIMIT_S)
        self.who.peer(sock, self._latest_peer, handed_over=handed_over)
        return self.keep(Connection(sock, self._write_down, self._latest_peer))

    @property
    def _latest_peer(self) -> str:
        return "peer" if self._peers == 1 else f"peer {self._peers}"

    # Calls

    def call(
        self,
        *args: Any,
        limit_s: float = CALL_LIMIT_S,
        hang: Blame = None,
        error: Blame = None,
        busy: Hints | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call the learner's function and wait for what it returns; see ``start`` for the arguments."""
        self.start(*args, limit_s=limit_s, hang=hang, error=error, busy=busy, **kwargs)
        return self.result()

    def start(
        self,
        *args: Any,
        limit_s: float = CALL_LIMIT_S,
        hang: Blame = None,
        error: Blame = None,
        busy: Hints | None = None,
        **kwargs: Any,
    ) -> None:
        """Let the learner's function run while the trial goes on.

        Args:
            limit_s: seconds until the function is interrupted.
            hang, error, busy: the hints for a function that does not return, raises, or waits in a busy loop;
                the first two may look at the outcome to tell which misconception it was.
        """
        self.on_hang, self._on_error, self._on_busy = hang, error, busy
        shown = ", ".join([_show(arg) for arg in args] + [f"{key}={_show(value)}" for key, value in kwargs.items()])
        self.step("the lab", f"calls your function with ({shown})")
        self._began, self._limit_s = time.monotonic(), limit_s
        self._watch = Watch(self._learner.processor_use)
        self._learner.start(args, kwargs, limit_s)

    def result(self) -> Any:
        """What the started call returned.

        Raises:
            TrialFailed: it raised, or did not return in time.
        """
        outcome = self.finish()
        if outcome.raised is not None:
            raise self._unexpected(outcome.raised)
        return outcome.value

    def raises(self, kinds: type[BaseException] | tuple[type[BaseException], ...], hints: Blame = None) -> Raised:
        """The exception that the started call raised, which must be one of ``kinds``."""
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        wanted = " or ".join(kind.__name__ for kind in kinds)
        outcome = self.finish()
        right_hints = blamed(hints, outcome)
        if outcome.raised is None:
            raise TrialFailed(
                f"your function returned where it must raise {wanted}",
                expected=wanted,
                seen=f"returned {_show(outcome.value)}",
                hints=right_hints,
            )
        if not outcome.raised.is_a(*kinds):
            failure = self._unexpected(outcome.raised)
            failure.expected, failure.hints = wanted, right_hints or failure.hints
            raise failure
        return outcome.raised

    def call_raises(
        self,
        kinds: type[BaseException] | tuple[type[BaseException], ...],
        *args: Any,
        hints: Hints | None = None,
        limit_s: float = CALL_LIMIT_S,
        hang: Blame = None,
        busy: Hints | None = None,
    ) -> Raised:
        """Call the learner's function, which must raise one of ``kinds``."""
        self.start(*args, limit_s=limit_s, hang=hang, error=hints, busy=busy)
        return self.raises(kinds, hints)

    def wait_until_read(self, handed: LearnerSocket) -> None:
        """Wait until the started call has emptied its socket's receive buffer, or has ended.

        A function may rightly leave the bytes there until all have come (MSG_PEEK): then go on after a moment.
        """
        watch = Watch(self._learner.processor_use)
        deadline = time.monotonic() + PEER_LIMIT_S
        while handed.unread() and not self.ended and watch.seen_s < UNREAD_LIMIT_S and time.monotonic() < deadline:
            time.sleep(0.0002)
            watch.look()

    def wait_until_accepted(self, handed: LearnerSocket) -> None:
        """Wait until the started call has taken everybody out of the listener's queue, or has ended."""
        deadline = time.monotonic() + PEER_LIMIT_S
        while select.select([handed.kernel], [], [], 0)[0] and not self.ended and time.monotonic() < deadline:
            time.sleep(0.0005)

    def readable(self, peer: Connection, timeout_s: float = 0.3) -> bool:
        """Whether the peer has something to read, an end or a reset included, within ``timeout_s`` seconds."""
        return bool(select.select([peer.sock], [], [], timeout_s)[0])

    def more_to_come(self, peer: Connection) -> bool:
        """Whether the peer can read now or later: False once the started call has ended and nothing is on its way."""
        while not select.select([peer.sock], [], [], 0.02)[0]:
            if self.ended:
                return bool(select.select([peer.sock], [], [], 0.1)[0])
        return True

    def try_to_send(self, peer: Connection, data: bytes) -> None:
        """Send, though the learner's function may have closed its end by now."""
        with contextlib.suppress(OSError):
            peer.send(data)

    def while_running(self, every_s: float, for_s: float) -> Iterator[int]:
        """Count 0, 1, 2 ... every ``every_s`` seconds until the started call is over, ``for_s`` seconds at most.

        ``longest_pause_s`` then says how long it really took from one count to the next, or to the call's end: on a
        busy machine a trial may be late, and proves nothing.
        """
        end = time.monotonic() + for_s
        count, last_s, self.longest_pause_s = 0, 0.0, 0.0
        while not self.ended and time.monotonic() < end:
            now_s = self.since_start_s
            yield count
            self.longest_pause_s = max(self.longest_pause_s, self.since_start_s - last_s)
            last_s = now_s
            count += 1
            self.pause(every_s)
        self.longest_pause_s = max(self.longest_pause_s, self.since_start_s - last_s)

    def pause(self, seconds: float) -> None:
        """Wait, and watch how the started call does; at most until its end."""
        end = time.monotonic() + seconds
        while not self._ends_within(min(TICK_S, end - time.monotonic())) and time.monotonic() < end:
            pass

    def let_it_wait(self, seconds: float) -> None:
        """Wait until the started call had ``seconds`` to sleep or to run in, however busy the machine is."""
        until_s = self._watch.seen_s + seconds
        deadline = time.monotonic() + PEER_LIMIT_S
        while not self._ends_within(TICK_S) and self._watch.seen_s < until_s and time.monotonic() < deadline:
            pass

    def budgets(self, *budgets_s: float, late: float = math.inf) -> Iterator[float]:
        """Seconds to give to a call, one after the other, until one shows how the function waits.

        On a busy machine a call may have hardly any time to sleep or to run in, or may take more than ``late`` times
        what it was given, and proves nothing.
        """
        for budget_s in budgets_s:
            yield budget_s
            if self._watch.seen_s > budget_s / 3 and self.outcome.seconds < late * budget_s:
                return

    @property
    def since_start_s(self) -> float:
        """Seconds since the call was started."""
        return time.monotonic() - self._began

    def spins_while_full(self, handed: LearnerSocket, peer: Connection, for_s: float = 0.1) -> bool:
        """Whether the started call keeps the processor busy while nothing more goes into its socket.

        The peer must not read meanwhile. As long as bytes still go in, the call works: then look again.
        """
        deadline = time.monotonic() + PEER_LIMIT_S
        while not self.ended and time.monotonic() < deadline:
            sent, self._watch = _on_the_way(handed, peer), Watch(self._learner.processor_use)
            self.let_it_wait(for_s)
            if not self.ended and _on_the_way(handed, peer) == sent:
                return self._watch.spins
        return False

    def _ends_within(self, timeout_s: float) -> bool:
        ended = not self._learner.running or self._learner.ends_within(max(0.0, timeout_s))
        self._watch.look()
        return ended

    @property
    def ended(self) -> bool:
        """Whether the started call is over: there is no point in playing on."""
        return not self._learner.running or self._learner.ends_within(0)

    @property
    def running(self) -> bool:
        """A started call whose outcome was not collected."""
        return self._learner.running

    @property
    def lost_the_learner(self) -> bool:
        """The function still runs, and its process does not answer any more."""
        return self.outcome.hung is not None and not self.outcome.hung.interrupted

    def abandon(self) -> None:
        """Collect a call that still runs, and do not judge it."""
        if self._learner.running:
            self._collect(self._learner.finish())

    def finish(self) -> Outcome:
        """How the started call went, returned or raised.

        Raises:
            TrialFailed: it did not return in time, or waited in a busy loop.
        """
        if self._on_busy is not None:
            self.pause(self._limit_s)
        outcome = self._collect(self._learner.finish())
        spins = self._on_busy if self._watch.spins else None
        if outcome.hung is not None:
            at = f" at line {outcome.hung.line}: {outcome.hung.source}" if outcome.hung.line else ""
            stubborn = "" if outcome.hung.interrupted else " and could not be interrupted"
            raise TrialFailed(
                f"timed out after {outcome.seconds:.1f} s{at}{stubborn}",
                seen="your function was still running",
                hints=spins or blamed(self.on_hang, outcome),
            )
        if spins is not None:
            raise TrialFailed(
                f"your function used the processor for {self._watch.used_s:.2f} s of the {self._watch.seen_s:.2f} s "
                "it waited",
                expected="to sleep in the kernel until something happens",
                hints=spins,
            )
        return outcome

    def _collect(self, outcome: Outcome) -> Outcome:
        self.outcome = outcome
        self.steps += outcome.calls
        self.printed += outcome.printed
        self.left_open += outcome.left_open
        if outcome.raised is not None:
            self.step(YOUR_CODE, f"raised {outcome.raised}")
        elif outcome.hung is None:
            self.step(YOUR_CODE, f"returned {_show(outcome.value)}")
        return outcome

    def _unexpected(self, raised: Raised) -> TrialFailed:
        hints = blamed(self._on_error, self.outcome)
        if raised.is_a(NotImplementedError):
            return TrialFailed("your function is not written yet: it raises NotImplementedError", raised=raised)
        message, seen = f"your function raised {raised}", f"raised {raised.names[0]}"
        return TrialFailed(message, seen=seen, hints=hints, raised=raised)

    # Judgements

    def equal(self, seen: Any, expected: Any, what: str, hints: Hints | None = None) -> None:
        """Fail unless ``seen`` equals ``expected`` and is of its type."""
        if type(seen) is not type(expected) or seen != expected:
            raise TrialFailed(f"{what} is not right", expected=_show(expected), seen=_show(seen), hints=hints)

    def require(
        self, condition: object, message: str, hints: Hints | None = None, *, expected: str = "", seen: str = ""
    ) -> None:
        """Fail with ``message`` unless ``condition`` holds."""
        if not condition:
            raise TrialFailed(message, expected=expected, seen=seen, hints=hints)

    def a_socket(self, value: Any, hints: Hints | None = None, *, closed: Hints | None = None) -> LearnerSocket:
        """``value``, which must be an open socket; the second hints are for one that is closed."""
        if not isinstance(value, LearnerSocket):
            raise TrialFailed("the result is not a socket", expected="a socket", seen=_show(value), hints=hints)
        if value.closed:
            raise TrialFailed(
                "the socket that came back is closed",
                expected="an open socket",
                seen="a closed one",
                hints=closed or hints,
            )
        return value

    def step(self, who: str, text: str) -> None:
        """Write down what happens, for the replay that a failing report shows."""
        self.steps.append((time.monotonic(), who, text))

    def _write_down(self, event: Event) -> None:
        shown = event.call + (f" -> {event.note}" if event.note else "")
        if event.data:
            shown += f"  {show_bytes(event.data, event.size)}"
        self.steps.append((event.at, event.who, shown))


class PeerListener:
    """A server's listening socket, in the trial's hands."""

    def __init__(self, sock: socket.socket, table: Table) -> None:
        self._sock = sock
        self._table = table
        self.address = sock.getsockname()

    def accept(self, timeout_s: float = PEER_LIMIT_S) -> Connection:
        """The next connection.

        Raises:
            TimeoutError: nobody connected within ``timeout_s`` seconds.
        """
        self._sock.settimeout(timeout_s)
        sock, _ = self._sock.accept()
        return self._table._peer(sock)

    @property
    def somebody_waits(self) -> bool:
        """Whether a client has connected and was not accepted yet."""
        return bool(select.select([self._sock], [], [], 0)[0])

    def close(self) -> None:
        """Stop listening."""
        self._sock.close()


def _on_the_way(handed: LearnerSocket, peer: Connection) -> int:
    """Bytes that were sent and not read: SIOCOUTQ here and SIOCINQ there, tcp(7)."""
    counts = (
        fcntl.ioctl(handed.kernel, termios.TIOCOUTQ, bytes(4)),
        fcntl.ioctl(peer.sock, termios.FIONREAD, bytes(4)),
    )
    return sum(int.from_bytes(count, sys.byteorder) for count in counts)


def blamed(blame: Blame, outcome: Outcome) -> Hints | None:
    """The hints for this outcome."""
    return blame(outcome) if callable(blame) else blame


def _show(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        return show_bytes(bytes(value))
    if isinstance(value, list) and len(value) > 2:
        return f"[{_show(value[0])}, {_show(value[1])}, and {len(value) - 2} more]"
    text = _ENUM.sub(r"\1", repr(value))
    return text if len(text) <= 120 else text[:117] + "..."
