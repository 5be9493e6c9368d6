"""Counting namespaces that are gone, by those that can be made in their place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sockets_lab.network.namespaces import in_thread, new_namespace


class Places:
    """As many network namespaces as the kernel allows beside this test's own."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken: list[int] = []

    def all_free(self) -> bool:
        """Take those that are free, and keep them: what is let go of takes a while to be gone, too."""
        try:
            while len(self._taken) < self._count:
                self._taken.append(in_thread(new_namespace))
        except OSError:
            return False
        return True

    def any_free(self) -> bool:
        """Whether there is one."""
        return self.all_free() or bool(self._taken)

    def close(self) -> None:
        for fd in self._taken:
            os.close(fd)


@contextmanager
def places(count: int) -> Iterator[Places]:
    """Allow no more than ``count``; in a test that has a network of its own, and a user namespace."""
    Path("/proc/sys/user/max_net_namespaces").write_text(str(count + 1))
    found = Places(count)
    try:
        yield found
    finally:
        found.close()
