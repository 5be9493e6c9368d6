"""Plain data and descriptors between two of our own processes, over a SOCK_SEQPACKET socket.

Source: unix(7) for SCM_RIGHTS and SCM_CREDENTIALS, memfd_create(2).
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

_INLINE_BYTES = 32 * 1024  # well below the default of net.core.wmem_default
_MOST_DESCRIPTORS = 64
_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid


def send(to: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send one message; a long one travels as a descriptor too."""
    data = json.dumps(message).encode()
    if len(data) <= _INLINE_BYTES:
        socket.send_fds(to, [data], list(descriptors))
        return
    with os.fdopen(os.memfd_create("message"), "w+b") as file:
        file.write(data)
        file.flush()
        socket.send_fds(to, [b"{}"], [*descriptors, file.fileno()])


def receive(source: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Receive one message.

    Raises:
        EOFError: the other side has closed.
        OSError: as recvmsg(2); TimeoutError after the socket's timeout.
    """
    data, descriptors, _, _ = socket.recv_fds(source, _INLINE_BYTES, _MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
    if not data:
        raise EOFError("the other side has closed")
    if data == b"{}":
        with os.fdopen(descriptors.pop(), "r+b") as file:
            file.seek(0)
            data = file.read()
    message: dict[str, Any] = json.loads(data)
    return message, descriptors


def send_from(to: socket.socket, message: dict[str, Any], pid: int) -> None:
    """Send one message in the name of another process of this PID namespace, with privilege over it."""
    credentials = _CREDENTIALS.pack(pid, os.getuid(), os.getgid())
    to.sendmsg([json.dumps(message).encode()], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, credentials)])


def receive_from(source: socket.socket) -> tuple[dict[str, Any], int]:
    """Receive one message and the sender's process id as it is here; ``source`` must have SO_PASSCRED."""
    data, ancillary, _, _ = source.recvmsg(_INLINE_BYTES, socket.CMSG_SPACE(_CREDENTIALS.size))
    if not data:
        raise EOFError("the other side has closed")
    pid = next((_CREDENTIALS.unpack(value)[0] for _, kind, value in ancillary if kind == socket.SCM_CREDENTIALS), 0)
    return json.loads(data), pid
