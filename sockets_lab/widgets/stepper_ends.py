"""One end of the stepper: its calls, written as the line of Python that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sockets_lab.widgets.stepper_kinds import ACCEPTED

if TYPE_CHECKING:
    from sockets_lab.widgets.stepper import StepDone, Stepper

ENDS = ("server", "client", "conn")
RECV_BYTES = 100
_DEFAULT: Any = object()


class StepperEnd:
    """A name that may stand for a socket. Each method is one call, and tells what the call raised or returned."""

    def __init__(self, name: str, stepper: Stepper) -> None:
        self._name = name
        self._stepper = stepper

    @property
    def calls(self) -> tuple[str, ...]:
        """Those that it has buttons for."""
        return ACCEPTED if self._name == "conn" else self._stepper.kind.calls

    def socket(self) -> StepDone:
        """Make the socket; one that it had is closed."""
        return self._step("socket", f"{self._name} = {self._stepper.kind.maker}")

    def bind(self, address: Any = _DEFAULT) -> StepDone:
        """Give it an address: the server's own, or for the client any port."""
        default = "ADDRESS" if self._name == "server" else self._stepper.kind.client_address
        return self._step("bind", f"{self._name}.bind({_python(address, default)})")

    def listen(self, backlog: int | None = None) -> StepDone:
        """Make it a listener."""
        return self._step("listen", f"{self._name}.listen({'' if backlog is None else repr(backlog)})")

    def connect(self, address: Any = _DEFAULT) -> StepDone:
        """Connect it: the client to the server's address, another one to the client's."""
        return self._step("connect", f"{self._name}.connect({_python(address, self._other)})")

    def accept(self) -> StepDone:
        """Take a connection from the queue: ``conn``."""
        return self._step("accept", f"conn, address = {self._name}.accept()")

    def send(self, data: bytes | None = None) -> StepDone:
        """Send some bytes."""
        return self._step("send", f"{self._name}.send({self._data(data)})")

    def sendto(self, data: bytes | None = None, address: Any = _DEFAULT) -> StepDone:
        """Send a datagram to the other end."""
        return self._step("sendto", f"{self._name}.sendto({self._data(data)}, {_python(address, self._other)})")

    def recv(self, size: int = RECV_BYTES) -> StepDone:
        """Receive what there is, up to a size."""
        return self._step("recv", f"{self._name}.recv({size!r})")

    def shutdown(self, how: str = "SHUT_WR") -> StepDone:
        """End one direction, or both: ``SHUT_WR``, ``SHUT_RD``, ``SHUT_RDWR``.

        Raises:
            ValueError: there is no such direction.
        """
        if how not in ("SHUT_RD", "SHUT_WR", "SHUT_RDWR"):
            raise ValueError(f"shutdown takes SHUT_RD, SHUT_WR or SHUT_RDWR, not {how!r:.40}")
        return self._step("shutdown", f"{self._name}.shutdown(socket.{how})")

    def close(self) -> StepDone:
        """Let the descriptor go."""
        return self._step("close", f"{self._name}.close()")

    @property
    def _other(self) -> str:
        """The other end's address, in Python."""
        return "ADDRESS" if self._name == "client" else "client.getsockname()"

    def _data(self, data: bytes | None) -> str:
        return repr(
            f"hello from the {'client' if self._name == 'client' else 'server'}".encode() if data is None else data
        )

    def _step(self, call: str, line: str) -> StepDone:
        return self._stepper.step(self._name, call, line)

    def __repr__(self) -> str:
        return f"<{self._name} of a stepper: {', '.join(f'{call}()' for call in self.calls)}>"


def _python(value: Any, default: str) -> str:
    return default if value is _DEFAULT else repr(value)
