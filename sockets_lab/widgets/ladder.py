"""``watch``: record what the code of a block does, and show it as a ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sockets_lab.ladder.building import ladder_of
from sockets_lab.ladder.model import Ladder
from sockets_lab.ladder.recording import Recording
from sockets_lab.peers import cells

if TYPE_CHECKING:
    from sockets_lab.network import Network


class LiveLadder(Ladder):
    """A ladder that a notebook's front-end shows live, where it names its cells; elsewhere it is a drawing."""

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle, metadata = super()._repr_mimebundle_()
        if cells.running_cell() is not None:
            from sockets_lab.widgets.ladder_widget import show_ladder

            bundle |= show_ladder(self)
        return bundle, metadata


class Watch(Recording):
    """A recording that shows itself: as the last line of a cell, or ``print(seen.ladder())``."""

    def ladder(self) -> LiveLadder:
        """The ladder of what there is up to now."""
        made = ladder_of(self.recorded())
        return LiveLadder(made.lifelines, made.rows, made.notes)

    def __str__(self) -> str:
        return str(self.ladder())

    def __repr__(self) -> str:
        return f"<{'watching' if self.running else 'watched'}: {len(self.recorded().calls)} calls>"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.ladder()._repr_mimebundle_()


def watch(network: Network | None = None, *, interface: str = "lo") -> Watch:
    """Record socket calls, the kernel's states and packets from now on, for a ladder.

    ``with watch() as seen:`` records a block; without a block, ``seen.stop()`` ends it. Then ``seen`` as the last line
    of a cell, or ``print(seen)``, shows the ladder.

    Args:
        network: a ``Network``, whose packets to record; None for those of ``interface``.
        interface: of this network; only packets of this process's sockets and of the lab's servers are shown.
    Raises:
        CaptureError: there is no such interface. Where this process may not capture, the ladder shows calls and states,
            and says what is missing.
    Resources:
        as ``Recording``.
    Source: RFC 9293; tcp(7) on TCP_INFO; packet(7).
    """
    return Watch(network, interface=interface)
