from __future__ import annotations

import os
import socket

import pytest

from sockets_lab.observe.capture_unix import UnixTrace


def test_calls_of_both_ends_are_noted_in_their_order() -> None:
    trace = UnixTrace()
    client, server = trace.socketpair(socket.SOCK_SEQPACKET)
    client.send(b"one")
    client.send(b"two")
    assert server.recv(10) == b"one"
    client.close()
    assert server.recv(10) == b"two"
    assert server.recv(10) == b""
    server.close()
    told = [(one.socket, one.call, one.result, one.data) for one in trace.calls()]
    assert told[2:] == [
        ("s1", "send(b'one')", "3 sent", b"one"),
        ("s1", "send(b'two')", "3 sent", b"two"),
        ("s2", "recv(10)", "b'one'", b"one"),
        ("s1", "close()", "", b""),
        ("s2", "recv(10)", "b'two'", b"two"),
        ("s2", "recv(10)", "b''", b""),
        ("s2", "close()", "", b""),
    ]


def test_a_connection_is_followed_from_bind_to_accept() -> None:
    trace = UnixTrace()
    name = f"\0sockets-lab-{os.getpid()}"
    with trace.socket() as listener, trace.socket() as client:
        listener.bind(name)
        listener.listen(1)
        client.settimeout(5)
        client.connect(name)
        accepted, _ = listener.accept()
        with accepted:
            client.sendall(b"x" * 100)
            assert accepted.recv(200) == b"x" * 100
            client.shutdown(socket.SHUT_WR)
    text = str(trace.calls())
    assert f"bind(@{name[1:]})" in text
    assert "accepted by s1" in text
    assert "100 bytes)  100 sent" in text
    assert "shutdown(SHUT_WR)" in text


def test_an_error_is_noted_by_its_name_and_raised() -> None:
    trace = UnixTrace()
    with trace.socket(socket.SOCK_DGRAM) as lonely:
        with pytest.raises(FileNotFoundError):
            lonely.connect("/nowhere")
        lonely.setblocking(False)
        with pytest.raises(BlockingIOError):
            lonely.recv(1)
        with pytest.raises(FileNotFoundError):
            lonely.sendto(b"x", "/nowhere")
    assert [one.result for one in trace.calls()][1:4] == ["ENOENT", "EAGAIN", "ENOENT"]


def test_descriptors_that_travel_are_counted() -> None:
    trace = UnixTrace()
    first, second = trace.socketpair()
    with first, second:
        socket.send_fds(first, [b"here"], [0, 1])
        data, descriptors, _, _ = socket.recv_fds(second, 10, 2)
        for fd in descriptors:
            os.close(fd)
    assert data == b"here"
    assert [one.descriptors for one in trace.calls()][2:4] == [2, 2]
    assert "4 sent, with descriptors: 2" in str(trace.calls())


def test_what_is_received_into_memory_or_through_a_file_is_noted_too() -> None:
    trace = UnixTrace()
    first, second = trace.socketpair()
    with first, second:
        first.sendall(b"one")
        assert second.recv_into(buffer := bytearray(8)) == 3
        first.sendall(b"two")
        assert second.recvfrom_into(buffer, 2)[0] == 2
        first.sendall(b"\n")
        with second.makefile("rb", buffering=0) as file:
            assert file.readline() == b"o\n"
    told = [(one.call, one.result, one.data) for one in trace.calls() if one.socket == "s2"][1:-1]
    assert told == [
        ("recv_into(8)", "b'one'", b"one"),
        ("recvfrom_into(2)", "b'tw' from none", b"tw"),
        *[("recv_into(1)", repr(byte), byte) for byte in (b"o", b"\n")],
    ]


def test_connect_ex_tells_its_errno_by_name() -> None:
    trace = UnixTrace()
    with trace.socket() as lonely:
        assert lonely.connect_ex("/nowhere") != 0
    assert [(one.call, one.result) for one in trace.calls()][1] == ("connect_ex(/nowhere)", "ENOENT")
