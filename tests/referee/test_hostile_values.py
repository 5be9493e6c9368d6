"""Values, exceptions and functions that lie, raise or never end when looked at: a verdict comes all the same."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

from sockets_lab import check
from sockets_lab.referee.errors import CheckError
from sockets_lab.referee.report import Report
from sockets_lab.referee.verdicts import Findings, Verdict

Judge = Callable[..., Findings]
VerdictOf = Callable[..., Verdict]
MUST_BE_BYTES = """
@trial()
def must_be_bytes(t):
    sock, peer = t.connected()
    t.equal(t.call(sock, b"data", limit_s=0.3), b"right", "the result")
"""
MUST_BE_A_SOCKET = """
@trial()
def must_be_a_socket(t):
    sock, peer = t.connected()
    found = t.a_socket(t.call(sock, b"data", limit_s=0.3))
    t.require(found.kernel.fileno() >= 0 and found.address, "no socket")
    t.require(not found.listening, "it listens")
"""
MUST_RAISE = """
@trial()
def must_raise(t):
    sock, peer = t.connected()
    t.call_raises(ValueError, sock, b"data", limit_s=0.3)
"""


def never_ends(*_: Any) -> NoReturn:
    while True:
        time.sleep(10)


def raises(*_: Any) -> NoReturn:
    raise RuntimeError("no")


def exits(*_: Any) -> NoReturn:
    raise SystemExit


class EqualToAll:
    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


class ClaimsToBeBytes:
    __class__ = bytes  # type: ignore[assignment]


class ClaimsToBeATuple:
    __class__ = tuple  # type: ignore[assignment]


class ClaimsToBeADict:
    __class__ = dict  # type: ignore[assignment]


class ClaimsToBeASocket:
    __class__ = socket.socket  # type: ignore[assignment]


class NotReallyBytes(bytes):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class NotReallyText(str):
    def __getitem__(self, _: Any) -> Any:
        return b"right"


class EndlessList(list[Any]):
    def __iter__(self) -> Iterator[Any]:
        return itertools.count()


class EndlessDict(dict[Any, Any]):
    def items(self) -> Any:
        return ((number, number) for number in itertools.count())


def with_method(name: str, method: Callable[..., Any]) -> Any:
    return type("Made", (), {name: method})()


LOOKED_AT = ["__repr__", "__getattr__", "__getattribute__", "__iter__", "__del__", "__len__", "__bool__", "__hash__"]
VALUES: dict[str, Callable[[], Any]] = {
    "equal to all": EqualToAll,
    "claims to be bytes": ClaimsToBeBytes,
    "claims to be a tuple": ClaimsToBeATuple,
    "claims to be a dict": ClaimsToBeADict,
    "claims to be a socket": ClaimsToBeASocket,
    "bytes equal to all": lambda: NotReallyBytes(b"wrong"),
    "text that is bytes when cut": lambda: NotReallyText("wrong"),
    "an endless list": lambda: EndlessList([1]),
    "an endless dict": EndlessDict,
    "a nest": lambda: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[b"right"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],
    "a lone surrogate": lambda: "\ud800",
    "what is not a number": lambda: float("nan"),
    "a generator": lambda: (number for number in itertools.count()),
    "a class": lambda: EqualToAll,
    "a lock": threading.Lock,
    "fifty megabytes": lambda: bytes(50_000_000),
    "a million numbers": lambda: list(range(1_000_000)),
} | {
    f"{name} {method.__name__}": lambda name=name, method=method: with_method(name, method)
    for name in LOOKED_AT
    for method in (raises, exits, never_ends)
}


@pytest.mark.parametrize("trials", [MUST_BE_BYTES, MUST_BE_A_SOCKET], ids=["bytes", "a socket"])
@pytest.mark.parametrize("make", VALUES.values(), ids=VALUES)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_value_passes_for_another(make: Callable[[], Any], trials: str, judge: Judge) -> None:
    found = judge(lambda sock, data: make(), trials)
    assert found.verdicts[0].status == "failed"
    str(Report(found)).encode()


class Lying(socket.socket):
    """Says of itself what a right socket would say."""

    def fileno(self) -> int:
        return 0

    def getsockname(self) -> Any:
        return ("127.0.0.1", 80)

    def gettimeout(self) -> None:
        return None

    def getsockopt(self, *_: Any) -> Any:
        return 0


class Stuck(socket.socket):
    fileno = getsockname = gettimeout = getsockopt = never_ends  # type: ignore[assignment]


@pytest.mark.parametrize("kind", [Lying, Stuck])
def test_a_socket_is_asked_in_the_kernel_whatever_its_class_says(kind: type[socket.socket], verdict: VerdictOf) -> None:
    def listens(sock: socket.socket, data: bytes) -> socket.socket:
        mine = kind(socket.AF_INET, socket.SOCK_STREAM)
        socket.socket.listen(mine)
        return mine

    assert verdict(listens, MUST_BE_A_SOCKET).reason == "it listens"


def exception_with(name: str, method: Callable[..., Any]) -> type[BaseException]:
    return type("Made", (ValueError,), {name: method})


@pytest.mark.parametrize("method", [raises, exits, never_ends])
@pytest.mark.parametrize("name", ["__str__", "__repr__", "__getattribute__", "errno", "__cause__", "__traceback__"])
def test_an_exception_is_told_whatever_its_text_does(name: str, method: Any, judge: Judge) -> None:
    attribute = method if name in ("__str__", "__repr__", "__getattribute__") else property(method)

    def function(sock: socket.socket, data: bytes) -> None:
        raise exception_with(name, attribute)

    found = judge(function, MUST_RAISE)
    assert found.verdicts[0].status in ("passed", "failed")
    str(Report(found)).encode()


def test_an_exception_is_of_the_class_that_it_is_and_not_of_the_one_it_claims(verdict: VerdictOf) -> None:
    class Claims(Exception):
        __class__ = ValueError  # type: ignore[assignment]

    def function(sock: socket.socket, data: bytes) -> None:
        raise Claims

    assert verdict(function, MUST_RAISE).status == "failed"


def test_a_long_text_of_an_exception_is_cut(verdict: VerdictOf) -> None:
    def function(sock: socket.socket, data: bytes) -> None:
        raise OSError("x" * 10_000_000)

    assert len(verdict(function).reason) < 1000


class Thready(threading.Thread):
    join = is_alive = getName = never_ends  # type: ignore[assignment]
    ident = property(never_ends)  # type: ignore[assignment]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_lies_about_its_end_is_found(judge: Judge) -> None:
    over = threading.Event()
    started: list[threading.Thread] = []

    def function(sock: socket.socket, data: bytes) -> None:
        started.append(Thready(target=over.wait))
        threading.Thread.start(started[0])

    try:
        assert "thread" in judge(function).verdicts[-1].reason
    finally:
        over.set()
        threading.Thread.join(started[0])


class HostileFunction:
    def __call__(self, sock: socket.socket, data: bytes) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return raises

    @property
    def __name__(self) -> Any:
        return []

    @property
    def __signature__(self) -> Any:
        raise RuntimeError("no")


def test_a_function_object_that_raises_when_looked_at_is_called_all_the_same(judge: Judge) -> None:
    assert judge(HostileFunction()).passed


def test_what_is_no_function_is_one_sentence_whatever_its_repr_does() -> None:
    with pytest.raises(CheckError, match=r"^check\(\) takes the function itself"):
        check(with_method("__repr__", raises))
