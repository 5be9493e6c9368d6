"""Sockets of other hosts: whoever is in another network namespace is asked about there, also after its close."""

from __future__ import annotations

import fcntl
import os
import socket
import sys

from sockets_lab.network.namespaces import enter_namespace, in_thread
from sockets_lab.observe.tcp_rows import TcpTable

_SIOCGSKNS = 0x894C  # linux/sockios.h


def table_of(sock: socket.socket) -> TcpTable:
    """The kernel's table of the network that ``sock`` belongs to; of the calling thread's where we may not know.

    Source: ioctl SIOCGSKNS needs CAP_NET_ADMIN in that network, as a process has that made it.
    """
    if sys.platform != "linux":
        return TcpTable()
    try:
        there = fcntl.ioctl(sock.fileno(), _SIOCGSKNS)
    except (OSError, ValueError):  # not permitted, or closed
        return TcpTable()

    def make_there() -> TcpTable:
        enter_namespace(there)
        return TcpTable()

    try:
        return in_thread(make_there)
    except OSError:
        return TcpTable()
    finally:
        os.close(there)
