from __future__ import annotations

import errno
import os
import socket

import pytest

from sockets_lab import explain
from sockets_lab.observe.errnos import MEANINGS


def test_every_name_is_an_errno_with_a_meaning_and_a_mend() -> None:
    for name, (meaning, mend) in MEANINGS.items():
        assert isinstance(getattr(errno, name), int)
        assert meaning.endswith(".") and mend.endswith(".")


def test_an_error_of_the_system_is_named_with_its_class() -> None:
    with socket.socket() as holder, socket.socket() as sock:
        holder.bind(("127.0.0.1", 0))
        with pytest.raises(OSError) as caught:
            sock.connect(holder.getsockname())
    assert explain(caught.value) == (
        "ECONNREFUSED (ConnectionRefusedError): the other machine answered: nobody listens at that port.\n"
        "  To mend it: Start the server first; check the address and the port."
    )


def test_a_spent_timeout_has_no_errno_and_is_explained_all_the_same() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.settimeout(0.01)
        with pytest.raises(TimeoutError) as caught:
            left.recv(1)
    assert explain(caught.value).startswith("TimeoutError: nothing happened within the socket's timeout.")


def test_an_errno_under_two_names_is_explained_under_either() -> None:
    assert explain(OSError(errno.EWOULDBLOCK, "x")).startswith(
        "EAGAIN (BlockingIOError): nothing can be done right now"
    )
    assert "cannot do that" in explain(OSError(errno.ENOTSUP, "x"))


def test_an_errno_that_is_not_in_the_table_has_the_systems_own_words() -> None:
    assert explain(OSError(errno.EXDEV, os.strerror(errno.EXDEV))).startswith(
        f"EXDEV (OSError): {os.strerror(errno.EXDEV)}"
    )


def test_a_name_without_an_address_is_explained() -> None:
    assert explain(socket.gaierror(socket.EAI_NONAME, "x")).startswith("EAI_NONAME (gaierror): that name leads to no")


def test_an_error_of_pythons_own_keeps_its_words() -> None:
    assert explain(TypeError("a bytes-like object is required")).startswith(
        "TypeError: a bytes-like object is required"
    )
