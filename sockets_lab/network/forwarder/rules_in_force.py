"""Rules as the wires' process follows them: which packet is meant, and how far it has counted."""

from __future__ import annotations

from sockets_lab.network.forwarder.flows import Glance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Kind:
    """The packets that a rule counts, as ``Kind`` describes them."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._protocols: tuple[int, ...] = data["protocols"]
        self._set: int = data["set_flags"]
        self._flags: int = data["set_flags"] | data["clear_flags"]
        self._has_payload: bool | None = data["has_payload"]
        self._host: str = data["host"]
        self._port: int = data["port"]
        self._content = bytes.fromhex(data["content"])

    def matches(self, glance: Glance, frame: bytes, host: str) -> bool:
        """Whether a packet that ``host`` put on the wire is of this kind."""
        return (
            (not self._protocols or glance.protocol in self._protocols)
            and glance.flags & self._flags == self._set
            and (self._has_payload is None or self._has_payload == (glance.payload_bytes > 0))
            and (not self._host or self._host == host)
            and (not self._port or self._port in (glance.source_port, glance.destination_port))
            and (not self._content or self._content in frame[glance.payload_at :])
        )


class RuleInForce:
    """A rule and how far it has counted.

    Attributes:
        cause: the journal's number for it.
        action: as ``Rule`` names it.
        by_s: of a delay.
        behind: of a hold.
    """

    def __init__(self, data: dict[str, Any], cause: int) -> None:
        self.cause = cause
        self.action: str = data["action"]
        self.by_s: float = data["by_s"]
        self.behind: int = data["behind"]
        self._kind = _Kind(data["kind"])
        self._nth: int = data["nth"]
        self._times: int = data["times"]
        self._count = self._done = 0
        self._target: tuple[int, int, int] | None = None

    def concerns(self, glance: Glance, frame: bytes, end: int, host: str) -> bool:
        """Whether it says something about this packet; counts it."""
        if not self._kind.matches(glance, frame, host):
            return False
        if self._nth == 0:
            return True
        identity = (glance.flow, end, glance.seq)
        if glance.in_sequence and glance.transmission:
            if identity != self._target or self._done >= self._times:
                return False
            self._done += 1
            return True
        self._count += 1
        if self._count == self._nth:
            self._target, self._done = identity, 1
            return True
        return not glance.in_sequence and self._nth < self._count < self._nth + self._times
