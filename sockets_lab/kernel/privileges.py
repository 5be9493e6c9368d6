"""What a process may do beyond an ordinary one: capabilities, and the promise never to gain any."""

from __future__ import annotations

import errno
from collections.abc import Iterable

from sockets_lab.kernel import syscalls

NET_ADMIN, NET_RAW, SYS_ADMIN = 12, 13, 21  # capabilities(7)
_HIGHEST = 63


def keep_only(capabilities: Iterable[int]) -> None:
    """Give up every other capability, for this process and all that it starts, for good.

    Those kept are ambient, so that programs started from the kernel (ping, tcpdump) have them too.
    """
    kept = frozenset(capabilities)
    for capability in range(_HIGHEST + 1):
        if capability not in kept:
            try:
                syscalls.prctl(syscalls.DROP_FROM_BOUNDING_SET, capability)
            except OSError as error:
                if error.errno != errno.EINVAL:  # this system knows no capability of that number
                    raise
                break
    syscalls.set_capabilities(sum(1 << capability for capability in kept))
    for capability in kept:
        syscalls.prctl(syscalls.AMBIENT, syscalls.AMBIENT_RAISE, capability)


def gain_none() -> None:
    """No program that is started from here on gives more privileges than this process has."""
    syscalls.prctl(syscalls.SET_NO_NEW_PRIVS, 1)
