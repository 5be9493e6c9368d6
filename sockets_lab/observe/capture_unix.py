"""What happens on Unix-domain sockets, which no interface shows: the calls themselves, noted as they are made."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from sockets_lab.observe.addresses import in_words

_T = TypeVar("_T")
_Socket = socket.socket  # the trace has a method of that name
_STREAM = socket.SOCK_STREAM
SHOWN_BYTES = 32


@dataclass(frozen=True)
class UnixCall:
    """One call on a traced socket.

    Attributes:
        time_ns: when it returned, in nanoseconds since 1970.
        socket: the socket's name in the trace, such as ``s1``.
        call: the call with its arguments, in words.
        result: what it returned, in words; the errno's name where it failed.
        data: the bytes that were sent or received.
        descriptors: how many descriptors went with them.
    """

    time_ns: int
    socket: str
    call: str
    result: str
    data: bytes = b""
    descriptors: int = 0


class UnixCalls(list[UnixCall]):
    """Calls in the order in which they returned; ``print`` shows a table."""

    def __str__(self) -> str:
        if not self:
            return "no calls"
        start = self[0].time_ns
        rows = [("ms", "socket", "call", "result")]
        for one in self:
            result = one.result + (", with descriptors: " + str(one.descriptors) if one.descriptors else "")
            rows.append((f"{(one.time_ns - start) / 1e6:.3f}", one.socket, one.call, result))
        widths = [max(len(row[at]) for row in rows) for at in range(4)]
        return "\n".join(
            f"{row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}".rstrip() for row in rows
        )

    __repr__ = __str__


class UnixTrace:
    """Makes Unix-domain sockets whose calls are noted: ``trace.socket(socket.SOCK_DGRAM)``.

    Accepted sockets are traced too. A socket that another process has is seen from this side only.

    Resources:
        none of its own; the sockets are the caller's to close.
    Source: unix(7).
    """

    def __init__(self) -> None:
        self._calls = UnixCalls()
        self._count = 0

    def socket(self, kind: int = _STREAM) -> TracedSocket:
        """A new socket, as ``socket.socket(AF_UNIX, kind)`` makes it."""
        return self._adopt(socket.socket(socket.AF_UNIX, kind), f"socket({socket.SocketKind(kind).name})")

    def socketpair(self, kind: int = _STREAM) -> tuple[TracedSocket, TracedSocket]:
        """Two sockets connected to each other."""
        call = f"socketpair({socket.SocketKind(kind).name})"
        first, second = socket.socketpair(socket.AF_UNIX, kind)
        return self._adopt(first, call), self._adopt(second, call)

    def calls(self) -> UnixCalls:
        """What was called up to now."""
        return UnixCalls(self._calls)

    def _adopt(self, plain: _Socket, call: str) -> TracedSocket:
        self._count += 1
        name = f"s{self._count}"
        self._note(name, call, f"a socket, {name}")
        return TracedSocket(self, name, plain)

    def _note(self, name: str, call: str, result: str, data: bytes = b"", descriptors: int = 0) -> None:
        self._calls.append(UnixCall(time.time_ns(), name, call, result, data, descriptors))


class TracedSocket(socket.socket):
    """A socket whose calls its trace notes; in all else like any other."""

    def __init__(self, trace: UnixTrace, name: str, plain: _Socket) -> None:
        timeout = plain.gettimeout()
        super().__init__(plain.family, plain.type, plain.proto, plain.detach())
        self.settimeout(timeout)
        self._trace = trace
        self.name = name

    def _call(self, call: str, function: Callable[[], _T], tell: Callable[[_T], tuple[str, bytes, int]]) -> _T:
        try:
            result = function()
        except OSError as error:
            number = errno.errorcode.get(error.errno, "") if error.errno else ""
            self._trace._note(self.name, call, number or type(error).__name__)
            raise
        self._trace._note(self.name, call, *tell(result))
        return result

    def bind(self, address: Any) -> None:
        """As bind(2)."""
        self._call(f"bind({_path(address)})", lambda: super(TracedSocket, self).bind(address), _nothing)

    def listen(self, backlog: int = socket.SOMAXCONN) -> None:
        """As listen(2)."""
        self._call(f"listen({backlog})", lambda: super(TracedSocket, self).listen(backlog), _nothing)

    def connect(self, address: Any) -> None:
        """As connect(2)."""
        self._call(f"connect({_path(address)})", lambda: super(TracedSocket, self).connect(address), _nothing)

    def connect_ex(self, address: Any) -> int:
        """As connect(2), with the errno as the result."""
        return self._call(
            f"connect_ex({_path(address)})", lambda: super(TracedSocket, self).connect_ex(address), _errno
        )

    def accept(self) -> tuple[TracedSocket, Any]:
        """As accept(2); the new socket is traced too."""
        plain, address = self._call("accept()", super().accept, lambda result: (f"from {_path(result[1])}", b"", 0))
        return self._trace._adopt(plain, f"accepted by {self.name}"), address

    def send(self, data: Any, flags: int = 0, /) -> int:
        """As send(2)."""
        raw = bytes(data)
        return self._call(
            f"send({_shown(raw)})", lambda: super(TracedSocket, self).send(raw, flags), lambda sent: _sent(sent, raw)
        )

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """As Python's sendall: sends until nothing is left."""
        raw = bytes(data)
        self._call(
            f"sendall({_shown(raw)})",
            lambda: super(TracedSocket, self).sendall(raw, flags),
            lambda _: _sent(len(raw), raw),
        )

    def sendto(self, data: Any, *arguments: Any) -> int:
        """As sendto(2)."""
        raw = bytes(data)
        return self._call(
            f"sendto({_shown(raw)}, {_path(arguments[-1])})",
            lambda: super(TracedSocket, self).sendto(raw, *arguments),
            lambda sent: _sent(sent, raw),
        )

    def sendmsg(self, buffers: Iterable[Any], ancdata: Any = (), *arguments: Any) -> int:
        """As sendmsg(2)."""
        raw, ancillary = b"".join(map(bytes, buffers)), list(ancdata)
        return self._call(
            f"sendmsg({_shown(raw)})",
            lambda: super(TracedSocket, self).sendmsg([raw], ancillary, *arguments),
            lambda sent: (*_sent(sent, raw)[:2], _descriptors(ancillary)),
        )

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """As recv(2)."""
        return self._call(f"recv({size})", lambda: super(TracedSocket, self).recv(size, flags), _received)

    def recvfrom(self, size: int, flags: int = 0, /) -> tuple[bytes, Any]:
        """As recvfrom(2)."""
        return self._call(
            f"recvfrom({size})",
            lambda: super(TracedSocket, self).recvfrom(size, flags),
            lambda result: (f"{_received(result[0])[0]} from {_path(result[1])}", result[0], 0),
        )

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """As recv(2), into memory of the caller's; files made by ``makefile`` read so."""
        return self._call(
            f"recv_into({nbytes or memoryview(buffer).nbytes})",
            lambda: super(TracedSocket, self).recv_into(buffer, nbytes, flags),
            lambda count: _received(bytes(memoryview(buffer).cast("B")[:count])),
        )

    def recvfrom_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> tuple[int, Any]:
        """As recvfrom(2), into memory of the caller's."""

        def tell(result: tuple[int, Any]) -> tuple[str, bytes, int]:
            got, data, _ = _received(bytes(memoryview(buffer).cast("B")[: result[0]]))
            return f"{got} from {_path(result[1])}", data, 0

        return self._call(
            f"recvfrom_into({nbytes or memoryview(buffer).nbytes})",
            lambda: super(TracedSocket, self).recvfrom_into(buffer, nbytes, flags),
            tell,
        )

    def recvmsg(self, size: int, *arguments: Any) -> tuple[bytes, list[Any], int, Any]:
        """As recvmsg(2)."""
        return self._call(
            f"recvmsg({size})",
            lambda: super(TracedSocket, self).recvmsg(size, *arguments),
            lambda result: (*_received(result[0])[:2], _descriptors(result[1])),
        )

    def shutdown(self, how: int) -> None:
        """As shutdown(2)."""
        name = {socket.SHUT_RD: "SHUT_RD", socket.SHUT_WR: "SHUT_WR", socket.SHUT_RDWR: "SHUT_RDWR"}.get(how, str(how))
        self._call(f"shutdown({name})", lambda: super(TracedSocket, self).shutdown(how), _nothing)

    def close(self) -> None:
        """As close(2)."""
        if self.fileno() >= 0:
            self._call("close()", super().close, _nothing)


def _path(address: Any) -> str:
    """An abstract name begins with a zero byte; people write @."""
    return in_words(address.encode() if isinstance(address, str) and address.startswith("\0") else address)


def _nothing(_: None) -> tuple[str, bytes, int]:
    return "", b"", 0


def _errno(number: int) -> tuple[str, bytes, int]:
    return errno.errorcode.get(number, str(number)) if number else "", b"", 0


def _shown(data: bytes) -> str:
    return repr(data) if len(data) <= SHOWN_BYTES else f"{data[:SHOWN_BYTES]!r}... {len(data)} bytes"


def _sent(count: int, data: bytes) -> tuple[str, bytes, int]:
    return f"{count} sent", data[:count], 0


def _received(data: bytes) -> tuple[str, bytes, int]:
    return _shown(data), data, 0


def _descriptors(ancillary: Iterable[tuple[int, int, Any]]) -> int:
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS)
    return sum(len(bytes(data)) // 4 for level, kind, data in ancillary if (level, kind) == rights)
