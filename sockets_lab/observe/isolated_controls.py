"""A helper process's side of its owner: requests, answers, and whether there still is an owner.

Messages are marshalled: both ends are the same interpreter, and the owner is the only one who can write to the helper.
"""

from __future__ import annotations

import _socket  # the module above it takes ten times as long to import, and a helper is to be ready in milliseconds
import array
import marshal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Answer = Callable[[dict[str, Any], list[int]], dict[str, Any]]

MESSAGE_BYTES = 1 << 17
MOST_FDS = 253  # SCM_MAX_FD, unix(7)


class Controls:
    """The owner's requests.

    Args:
        control_fd: as ``main`` got it.
        owner_pidfd: as ``main`` got it.
        answer: told a request and its descriptors; what it returns is the answer.
    Attributes:
        fds: to be polled; ``serve`` wants to know which of them are readable.
    """

    def __init__(self, control_fd: int, owner_pidfd: int, answer: Answer) -> None:
        self._control = _socket.socket(fileno=control_fd)
        self._control_fd = control_fd
        self._owner_pidfd = owner_pidfd
        self._answer = answer
        self.fds = (control_fd, owner_pidfd)

    def serve(self, ready: Sequence[int]) -> bool:
        """Answer what has come; False when the owner is gone."""
        if self._owner_pidfd in ready:
            return False
        if self._control_fd in ready:
            raw, ancillary, _, _ = self._control.recvmsg(MESSAGE_BYTES, _socket.CMSG_SPACE(MOST_FDS * 4))
            if not raw:
                return False
            fds = array.array("i")
            for _, _, data in ancillary:
                fds.frombytes(data)
            request = marshal.loads(raw)
            answer = self._answer(request, list(fds))
            try:
                self._control.send(marshal.dumps({**answer, "number": request["number"]}))
            except BrokenPipeError:
                return False
        return True
