"""What the system's errors mean to somebody who programs sockets, and how to mend them.

Source: errno(3), socket(2), bind(2), listen(2), accept(2), connect(2), send(2), recv(2), shutdown(2), tcp(7), unix(7).
"""

from __future__ import annotations

import errno
import socket

# The errno's name: what it means, and how to mend it.
MEANINGS: dict[str, tuple[str, str]] = {
    "EACCES": (
        "you may not do this.",
        "A port below 1024 needs a privilege: take a higher one. Broadcasting needs the option SO_BROADCAST.",
    ),
    "EADDRINUSE": (
        "somebody has this address and port already, or had it a moment ago.",
        "Stop the other server, or bind port 0. Set SO_REUSEADDR before bind if a server just restarts.",
    ),
    "EADDRNOTAVAIL": (
        "this machine has no such address.",
        "Bind an address of this machine: 127.0.0.1, ::1 or 0.0.0.0 for example.",
    ),
    "EAFNOSUPPORT": (
        "this socket or this kernel does not know that address family.",
        "Make the socket with the family that getaddrinfo names beside the address.",
    ),
    "EAGAIN": (
        "nothing can be done right now, and the socket is told not to wait.",
        "Wait with select until it is ready, or make it blocking, or give it a timeout.",
    ),
    "EALREADY": (
        "an earlier connect on this socket is still under way.",
        "Wait with select until the socket is writable, then ask SO_ERROR.",
    ),
    "EBADF": (
        "there is no such descriptor: the socket is closed.",
        "Use it before you close it; look for a close, or a with block, that came too early.",
    ),
    "ECONNABORTED": (
        "the connection was given up before you could use it.",
        "Take the next one, or connect anew.",
    ),
    "ECONNREFUSED": (
        "the other machine answered: nobody listens at that port.",
        "Start the server first; check the address and the port.",
    ),
    "ECONNRESET": (
        "the peer broke off the connection; bytes may be lost.",
        "Do not take what came before for the whole; connect anew and ask again.",
    ),
    "EDESTADDRREQ": (
        "the socket does not know where to send.",
        "Connect it first, or name the address in sendto.",
    ),
    "EEXIST": ("there is such a name already.", "Take another name, or remove the old one."),
    "EHOSTUNREACH": (
        "there is no way to that machine.",
        "Check the address, and that the machine is on and connected.",
    ),
    "EINPROGRESS": (
        "connect is under way; the socket does not wait for it.",
        "Wait with select until the socket is writable, then ask SO_ERROR.",
    ),
    "EINTR": ("a signal came in between.", "Call again."),
    "EINVAL": (
        "the call does not fit the socket's state, or an argument makes no sense.",
        "Check the order of your calls: a socket is bound once, and accept needs listen before it.",
    ),
    "EISCONN": (
        "the socket is connected already.",
        "Make a new socket for a new connection.",
    ),
    "EMFILE": (
        "your program has as many files and sockets open as it may.",
        "Close those that you no longer need.",
    ),
    "EMSGSIZE": ("the message is longer than can be sent in one piece.", "Send less at a time."),
    "ENETDOWN": ("the network interface is switched off.", "Switch it on, or take another."),
    "ENETUNREACH": (
        "this machine has no way to that network, or TCP cannot go there.",
        "Check the address, and that this machine is connected.",
    ),
    "ENFILE": ("the machine has as many files and sockets open as it may.", "Close those that you no longer need."),
    "ENOBUFS": ("the kernel has no room for it.", "Wait a little, or send less at a time."),
    "ENODEV": ("there is no such network interface.", "List them with socket.if_nameindex()."),
    "ENOENT": ("there is no such file.", "Check the path; the server that makes it may not have started."),
    "ENOMEM": ("the kernel has no memory for it.", "Close what you no longer need."),
    "ENOPROTOOPT": ("this kind of socket has no such option.", "Check the option's level and name."),
    "ENOTCONN": (
        "the socket has no peer: it is not connected.",
        "Connect it first. On a server, use the socket that accept returned.",
    ),
    "ENOTSOCK": ("the descriptor is no socket.", "Check which number you pass."),
    "EOPNOTSUPP": (
        "this kind of socket cannot do that.",
        "Only stream and seqpacket sockets listen and accept.",
    ),
    "EPERM": ("you lack the privilege.", "Raw sockets need CAP_NET_RAW."),
    "EPIPE": (
        "the connection is closed for sending: you shut it down, or the peer is gone.",
        "Send before you shut down. If the peer is gone, connect anew.",
    ),
    "EPROTONOSUPPORT": ("this kernel does not know that protocol.", "Leave the protocol at 0, or take another type."),
    "EPROTOTYPE": ("the other socket is of another type.", "Make yours of the same type as the server's."),
    "ESOCKTNOSUPPORT": (
        "this family has no such socket type in this kernel.",
        "Take a type that the family has: SOCK_STREAM or SOCK_DGRAM for AF_INET.",
    ),
    "ETIMEDOUT": (
        "nobody answered, and the kernel has given up.",
        "Check the address; a firewall may swallow your packets.",
    ),
}
_TIMEOUT = (
    "nothing happened within the socket's timeout.",
    "Give it longer, or find out why the other side says nothing.",
)
_NAME_NOT_FOUND = ("that name leads to no address.", "Check its spelling, or give an IP address.")


def explain(error: BaseException) -> str:
    """What an error means, and how to mend it, in two lines of text.

    Args:
        error: what you caught.
    Source: errno(3) and the man pages of the calls.
    """
    kind = type(error).__name__
    if isinstance(error, socket.gaierror):
        return _text(_resolver_name(error), kind, *_NAME_NOT_FOUND)
    if isinstance(error, TimeoutError) and error.errno is None:
        return f"{kind}: {_TIMEOUT[0]}\n  To mend it: {_TIMEOUT[1]}"
    if isinstance(error, OSError) and error.errno is not None:
        name = _canonical(error.errno) or errno.errorcode.get(error.errno, f"errno {error.errno}")
        meaning, mend = MEANINGS.get(name, (f"{error.strerror}.", "See man errno."))
        return _text(name, kind, meaning, mend)
    return f"{kind}: {error}\n  Not an error of the system: Python itself raised it, with these words."


def _text(name: str, kind: str, meaning: str, mend: str) -> str:
    return f"{name} ({kind}): {meaning}\n  To mend it: {mend}"


def _canonical(number: int) -> str:
    """The name under which the table has an errno that goes by several."""
    return next((name for name in MEANINGS if getattr(errno, name, None) == number), "")


def _resolver_name(error: socket.gaierror) -> str:
    names = [name for name in dir(socket) if name.startswith("EAI_") and getattr(socket, name) == error.errno]
    return names[0] if names else f"error {error.errno}"
