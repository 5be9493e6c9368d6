"""Socket calls in words: their arguments and what they returned."""

from __future__ import annotations

import errno
import reprlib
import socket
from typing import Any

from sockets_lab.peers.transcript import show_bytes

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


def show_arguments(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """The arguments of ``sock.name(...)``, with the names of constants, bytes cut short."""
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


def show_result(name: str, result: Any) -> str:
    """What ``sock.name(...)`` returned; empty for None."""
    if result is None:
        return ""
    if name == "connect_ex" and result in errno.errorcode:
        return f"{result} ({errno.errorcode[result]})"
    if isinstance(result, tuple) and result and isinstance(result[0], _SOCKET):
        return f"a socket, from {result[1]!r}"
    return _show(result)
