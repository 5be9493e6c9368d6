"""Python values as plain data, for the channel between a learner's kernel and the referee.

What msgpack knows travels as it is. The rest is a map with a ``"$"`` that names its kind. Decoding builds only
the kinds listed here; whatever else a learner's function returns arrives as :class:`Opaque`, a name and a text.
"""

from __future__ import annotations

import enum
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 30
MAX_REPR = 200
MAX_INT_BITS = 4096  # Python refuses to write out a number of more than 4300 digits

SocketEncoder = Callable[[Any], dict[str, Any] | None]
SocketDecoder = Callable[[dict[str, Any]], Any]


class BadValue(Exception):
    """Data that no encoder of ours produces."""


@dataclass(frozen=True)
class Opaque:
    """A value that did not travel: the name of its type, and the beginning of its repr."""

    type_name: str
    text: str

    def __repr__(self) -> str:
        return self.text


def encode(value: Any, encode_socket: SocketEncoder, depth: int = 0) -> Any:
    """``value`` as msgpack can pack it.

    Args:
        encode_socket: asked for each value that looks like a socket, says what stands for it, or None if it is none.
    """
    if depth > MAX_DEPTH:
        return _opaque(value)
    kind = type(value)
    if value is None or kind in (bool, float, str, bytes):
        return value
    if kind is int:
        if value.bit_length() > MAX_INT_BITS:
            return {"$": "opaque", "type": "int", "text": f"a number of {value.bit_length():,} bits"}
        return value if -(2**63) <= value < 2**64 else {"$": "int", "hex": hex(value)}
    if kind is list:
        return [encode(item, encode_socket, depth + 1) for item in value]
    if isinstance(value, enum.IntEnum | enum.IntFlag):
        return {"$": "enum", "class": kind.__name__, "value": int(value)}
    if isinstance(value, tuple):
        return {"$": "tuple", "items": [encode(item, encode_socket, depth + 1) for item in value]}
    if isinstance(value, dict):
        pairs = [[encode(k, encode_socket, depth + 1), encode(v, encode_socket, depth + 1)] for k, v in value.items()]
        return {"$": "dict", "items": pairs}
    if isinstance(value, (bytearray, memoryview)):
        return {"$": kind.__name__, "data": bytes(value)}
    if isinstance(value, list):
        return [encode(item, encode_socket, depth + 1) for item in value]
    if hasattr(value, "fileno") and hasattr(value, "gettimeout") and not isinstance(value, type):
        told = encode_socket(value)
        return _opaque(value) if told is None else {"$": "socket", **told}
    return _opaque(value)


def decode(data: Any, decode_socket: SocketDecoder, depth: int = 0) -> Any:
    """The value that ``encode`` was given, as far as it travels.

    Raises:
        BadValue: ``data`` was not made by ``encode``.
    """
    if depth > MAX_DEPTH + 5:
        raise BadValue("nested too deeply")
    if isinstance(data, list):
        return [decode(item, decode_socket, depth + 1) for item in data]
    if not isinstance(data, dict):
        return data
    try:
        match data["$"]:
            case "int":
                return int(data["hex"][: MAX_INT_BITS // 4 + 3], 16)
            case "tuple":
                return tuple(decode(item, decode_socket, depth + 1) for item in data["items"])
            case "dict":
                return {
                    decode(k, decode_socket, depth + 1): decode(v, decode_socket, depth + 1) for k, v in data["items"]
                }
            case "enum":
                return _socket_enum(data["class"], data["value"])
            case "bytearray" if isinstance(data["data"], bytes):  # a number would be a size, and fill the memory
                return bytearray(data["data"])
            case "memoryview":
                return memoryview(data["data"])
            case "socket":
                return decode_socket(data)
            case "opaque":
                return Opaque(str(data["type"])[:MAX_REPR], str(data["text"])[: 2 * MAX_REPR])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadValue(f"{type(error).__name__}: {error}") from error
    raise BadValue(f"unknown kind {data['$']!r:.60}")


def _socket_enum(class_name: str, value: int) -> int:
    known = {kind.__name__: kind for kind in (socket.AddressFamily, socket.SocketKind, socket.MsgFlag)}
    kind = known.get(class_name)
    return kind(value) if kind is not None else int(value)


def _opaque(value: Any) -> dict[str, Any]:
    try:
        text = repr(value)
    except Exception as error:  # a learner's __repr__ may do anything
        text = f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
    return {"$": "opaque", "type": type(value).__name__, "text": text[:MAX_REPR]}
