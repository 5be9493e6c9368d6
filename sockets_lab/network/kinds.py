"""Kinds of packets, which rules speak of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from sockets_lab.observe.decode_headers import ACK as ACK_BIT
from sockets_lab.observe.decode_headers import FIN as FIN_BIT
from sockets_lab.observe.decode_headers import RST as RST_BIT
from sockets_lab.observe.decode_headers import SYN as SYN_BIT

TCP_NUMBER, UDP_NUMBER, ICMP_NUMBERS = 6, 17, (1, 58)


@dataclass(frozen=True)
class Kind:
    """A kind of packets; all that is set must hold.

    Attributes:
        name: for the text of rules.
        protocols: IP's numbers; empty for all.
        set_flags: TCP flags that are set.
        clear_flags: TCP flags that are not.
        has_payload: True for those with payload, False for those without, None for both.
        host: the host that put it on the wire; empty for either.
        port: its source or destination port; 0 for any.
        content: bytes that the payload holds, in hexadecimal.
    """

    name: str
    protocols: tuple[int, ...] = ()
    set_flags: int = 0
    clear_flags: int = 0
    has_payload: bool | None = None
    host: str = field(default="", kw_only=True)
    port: int = field(default=0, kw_only=True)
    content: str = field(default="", kw_only=True)

    def from_host(self, host: str) -> Self:
        """Only those that ``host`` put on the wire."""
        return replace(self, host=host)

    def of_port(self, port: int) -> Self:
        """Only those from or to ``port``."""
        return replace(self, port=port)

    def containing(self, content: bytes) -> Self:
        """Only those whose payload holds ``content``."""
        return replace(self, content=content.hex())

    def as_data(self) -> dict[str, Any]:
        """Plain values for the wire's process."""
        return asdict(self)

    def __str__(self) -> str:
        text = self.name
        text += f".from_host({self.host!r})" if self.host else ""
        text += f".of_port({self.port})" if self.port else ""
        text += f".containing({bytes.fromhex(self.content)!r})" if self.content else ""
        return text

    __repr__ = __str__


_TCP, _UDP = (TCP_NUMBER,), (UDP_NUMBER,)
PACKET = Kind("PACKET")
TCP = Kind("TCP", _TCP)
UDP = Kind("UDP", _UDP)
ICMP = Kind("ICMP", ICMP_NUMBERS)
SYN = Kind("SYN", _TCP, SYN_BIT, ACK_BIT)
SYN_ACK = Kind("SYN_ACK", _TCP, SYN_BIT | ACK_BIT)
ACK = Kind("ACK", _TCP, ACK_BIT, SYN_BIT | FIN_BIT | RST_BIT, False)  # that says nothing else
FIN = Kind("FIN", _TCP, FIN_BIT)
RST = Kind("RST", _TCP, RST_BIT)
DATA = Kind("DATA", (TCP_NUMBER, UDP_NUMBER), 0, 0, True)
