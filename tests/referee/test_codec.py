"""Values on their way from a learner's kernel to the referee, and what a hostile kernel may send instead."""

from __future__ import annotations

import collections
import socket
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sockets_lab.referee.codec import MAX_INT_BITS, BadValue, Opaque, decode, encode

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**MAX_INT_BITS) + 1, 2**MAX_INT_BITS - 1)
    | st.floats(allow_nan=False)
    | st.binary(max_size=30)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
    | st.binary(max_size=30).map(bytearray)
    | st.sampled_from([*socket.AddressFamily, *socket.SocketKind, *socket.MsgFlag])
)
KEYS = (
    st.integers(-5, 5) | st.text(st.characters(exclude_categories=("Cs",)), max_size=5) | st.tuples(st.integers(0, 3))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.dictionaries(st.just("$"), inner, max_size=1)
    ),
    max_leaves=15,
)
HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=10) | st.binary(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["$", "items", "hex", "class", "value", "data", "type", "text", "handle"]),
            inner,
            max_size=5,
        )
        | st.builds(
            lambda kind, rest: {**rest, "$": kind},
            st.sampled_from(["int", "tuple", "dict", "enum", "bytearray", "memoryview", "socket", "opaque", "code"]),
            st.dictionaries(
                st.sampled_from(["items", "hex", "class", "value", "data", "type", "text"]), inner, max_size=5
            ),
        )
    ),
    max_leaves=20,
)


def no_sockets(_: Any) -> Any:
    raise BadValue("a socket")


def travel(value: Any) -> Any:
    packed = msgpack.packb(encode(value, no_sockets), use_bin_type=True)
    return decode(msgpack.unpackb(packed, raw=False, strict_map_key=False), no_sockets)


def types_of(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value), [types_of(item) for item in value]
    if isinstance(value, dict):
        return dict, [(types_of(key), types_of(item)) for key, item in value.items()]
    return type(value)


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_a_value_arrives_equal_and_of_its_types(value: Any) -> None:
    arrived = travel(value)
    assert arrived == value
    assert types_of(arrived) == types_of(value)


@given(HOSTILE)
@settings(max_examples=300, deadline=None)
def test_hostile_data_is_a_value_of_a_known_kind_or_refused(data: Any) -> None:
    try:
        value = decode(data, no_sockets)
    except BadValue:
        return
    repr(value)
    assert only_known_kinds(value)


@pytest.mark.parametrize(
    "data",
    [{"$": "bytearray", "data": 100_000_000_000}, {"$": "enum", "class": "Sub", "value": float("inf")}],
    ids=["a size that fills the memory", "an endless number"],
)
def test_hostile_data_that_chance_seldom_finds_is_refused(data: Any) -> None:
    with pytest.raises(BadValue):
        decode(data, no_sockets)


def only_known_kinds(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(only_known_kinds, value))
    if isinstance(value, dict):
        return all(only_known_kinds(key) and only_known_kinds(item) for key, item in value.items())
    known = (bool, int, float, str, bytes, bytearray, memoryview, Opaque, type(None))
    return isinstance(value, known)


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, range(3), 1j, lambda: None, Exception("x"), socket.socket, type("Sub", (bytes,), {})(b"x")],
    ids=lambda value: type(value).__name__,
)
def test_other_values_arrive_as_a_name_and_a_text(value: Any) -> None:
    arrived = travel(value)
    assert isinstance(arrived, Opaque)
    assert arrived.type_name == type(value).__name__
    assert repr(arrived) == repr(value)[:200]


def test_a_named_tuple_is_a_tuple() -> None:
    address = collections.namedtuple("address", "host port")("127.0.0.1", 80)
    assert travel(address) == ("127.0.0.1", 80)


def test_a_value_that_holds_itself_ends_somewhere() -> None:
    value: list[Any] = [1]
    value.append(value)
    assert travel(value)[0] == 1


def test_deeply_nested_data_is_refused() -> None:
    data: Any = None
    for _ in range(50):
        data = [data]
    with pytest.raises(BadValue, match="nested"):
        decode(data, no_sockets)


def test_a_number_that_python_would_not_write_out_arrives_as_a_text() -> None:
    assert travel(10**5000) == Opaque("int", "a number of 16,610 bits")
    assert decode({"$": "int", "hex": "f" * 10_000_000}, no_sockets).bit_length() <= MAX_INT_BITS + 12


def test_a_repr_that_raises_or_is_huge_does_no_harm() -> None:
    class Raises:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    class Huge:
        def __repr__(self) -> str:
            return "x" * 10_000_000

    assert travel(Raises()).text == "<Raises, whose repr raises RuntimeError>"
    assert len(travel(Huge()).text) <= 200


def test_only_what_is_asked_for_stands_for_a_socket() -> None:
    sock = socket.socket()
    with sock:
        told = encode([sock, sock], lambda one: {"handle": 3, "is": one is sock})
        assert told == [{"$": "socket", "handle": 3, "is": True}] * 2
        assert decode(told, lambda data: data["handle"]) == [3, 3]
