"""``sliders``: a wire's loss, delay and bandwidth, moved while a transfer runs over it."""

from __future__ import annotations

import asyncio
import threading
import time
import weakref
from contextlib import suppress
from typing import Any, Protocol, Self

from sockets_lab.network import Network, Wire
from sockets_lab.peers import cells
from sockets_lab.widgets import sliders_charts
from sockets_lab.widgets.sliders_measurements import Measurement, Setting, between, table, together
from sockets_lab.widgets.sliders_transfer import SAMPLE_EVERY_S, Sample, Transfer

DEFAULTS: dict[str, Any] = {"loss": 0.0, "delay_s": 0.01, "rate_bps": 20e6}
RECORD_BYTES = 1 << 24  # of packets, for a network made here: the first ones, which nobody may ever read
_MOST_SPANS = 4 * 3600


class View(Protocol):
    """What shows the sliders."""

    def show(self) -> None:
        """Show them as they are now."""


class Sliders:
    """A transfer over a wire whose loss, delay and bandwidth you move, by sliders or by ``set``.

    In JupyterLab the last line of a cell shows it: three sliders, a button, and charts that move with the transfer.
    Elsewhere it is a picture of what was measured. ``print`` shows the measurements as a table.

    Attributes:
        net: the network; the transfer goes from the first host of its first wire to the second.
        measurements: what was measured, a quarter of a second each.
        stopped: whether ``stop()`` was called.
        lock: held while they change. JupyterLab has what is moved handled in a thread beside the cells' (a subshell).
    Resources:
        a process while a transfer runs, and the network if it was made here. They go with ``stop()``, at the end of the
        ``with`` block, when the cell that made it runs again, or with the kernel, whichever comes first.
    """

    def __init__(self, net: Network | None = None) -> None:
        self.net = net or Network(limit_bytes=RECORD_BYTES, **DEFAULTS)
        self._made_here = net is None
        self._wire: Wire = self.net.wires[0]
        self._transfer: Transfer | None = None
        self._last: Sample | None = None
        self._views: weakref.WeakSet[View] = weakref.WeakSet()
        self._timer: asyncio.TimerHandle | None = None
        self.lock = threading.RLock()
        self.stopped = False
        self.measurements: list[Measurement] = []
        cells.belongs_to_this_cell(self)

    @property
    def setting(self) -> Setting:
        """What the wire does now to what is sent over it."""
        now = self._wire.impairments(sent_by=self._wire.hosts[0])
        return Setting(now.loss, now.delay_s, now.rate_bps)

    @property
    def running(self) -> bool:
        """Whether a transfer runs."""
        return self._transfer is not None and not self._transfer.ended

    def set(self, **changes: Any) -> None:
        """Change what the wire does, in both directions, from now on; what is not named stays.

        Args:
            changes: ``loss``, a chance from 0 to 1; ``delay_s``, seconds from one end to the other; ``rate_bps``, bits
                a second; and whatever else ``Wire.impair`` takes.
        Raises:
            TypeError: a wire has no such thing.
            ValueError: a value makes no sense.
        """
        with self.lock:
            self._take_in()  # what was measured until now belongs to the old setting
            self._wire.impair(**changes)
            self._show()

    def start(self) -> None:
        """Begin to send, without end. Does nothing while a transfer runs.

        Raises:
            RuntimeError: after ``stop()``.
        """
        with self.lock:
            if self.running:
                return
            if self.stopped:
                raise RuntimeError("these sliders were stopped; call sliders() again")
            self.pause()
            first, second = self._wire.hosts
            self._transfer = Transfer(self.net.host(first), self.net.host(second))
            self._last = None
            self._follow()
            self._show()

    def pause(self) -> None:
        """End the transfer; ``start`` begins a new one. What was measured stays."""
        with self.lock:
            if self._transfer is not None:
                transfer, self._transfer = self._transfer, None
                self._take(transfer.close())
            self._show()

    def run(self, seconds: float) -> Measurement:
        """Let the transfer run for a while, and return what it brought in that time.

        If none runs, one is started, and ends with the call. It lasts until something is measured, which is done four
        times a second; a pause ends it.

        Raises:
            ValueError: that is no length of time.
            RuntimeError: the transfer ended before anything was measured.
        """
        if not 0 < seconds <= 600:
            raise ValueError(f"run() takes seconds, more than 0 and up to 600, not {seconds!r:.40}")
        was_running = self.running
        self.start()
        self.look()
        begun = len(self.measurements)
        until = time.monotonic() + seconds
        try:
            while self.running and ((left := until - time.monotonic()) > 0 or len(self.measurements) == begun):
                time.sleep(min(max(left, 0.01), SAMPLE_EVERY_S))
                self.look()
        finally:
            if not was_running:
                self.pause()
        measured = self.measurements[begun:]
        if not measured:
            raise RuntimeError("the transfer ended before anything was measured; call run() again")
        return together(measured)

    def look(self) -> None:
        """Take in what was measured up to now. The view does so by itself while no cell runs."""
        with self.lock:
            self._take_in()
            if self._transfer is not None and self._transfer.ended:
                self.pause()
            self._show()

    def stop(self) -> None:
        """End the transfer, and the network if it was made here. A second call does nothing."""
        with self.lock:
            self.stopped = True
            self.pause()
            if self._made_here:
                self.net.close()

    def charts(self) -> list[str]:
        """Throughput, retransmissions and round trip of the last half minute of transfer, an ``svg`` element each."""
        return sliders_charts.charts(self.measurements)

    def table(self) -> str:
        """A line a second: what the wire was set to, and what was measured."""
        return table(self.measurements) if self.measurements else f"nothing measured yet; {self.setting}"

    def add_view(self, view: View) -> None:
        """Tell ``view`` whenever something has changed, as long as somebody holds it."""
        self._views.add(view)

    def _take_in(self) -> None:
        if self._transfer is not None:
            self._take(self._transfer.samples())

    def _take(self, samples: list[Sample]) -> None:
        for sample in samples:
            if self._last is not None:
                begun_s = self.measurements[-1].until_s if self.measurements else 0.0
                self.measurements.append(between(self._last, sample, begun_s, self.setting))
            self._last = sample
        del self.measurements[:-_MOST_SPANS]

    def _follow(self) -> None:
        """Look again and again while no cell runs. In a program without an event loop, whoever wants to know looks."""
        if self._timer is not None:
            self._timer.cancel()
        with suppress(RuntimeError):
            self._timer = asyncio.get_running_loop().call_later(SAMPLE_EVERY_S, _look_again, weakref.ref(self))

    def _show(self) -> None:
        for view in list(self._views):
            view.show()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __str__(self) -> str:
        self.look()
        return self.table()

    def __repr__(self) -> str:
        first, second = self._wire.hosts
        return f"<sliders of the wire {first} - {second}: {self.setting}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        self.look()
        first, second = self._wire.hosts
        caption = f"A transfer from {first} to {second}. The wire at the end: {self.setting}."
        bundle: dict[str, Any] = {"text/plain": repr(self)}
        if self.measurements:
            bundle["image/svg+xml"] = sliders_charts.picture(self.measurements, caption)
        if cells.running_cell() is not None:
            from sockets_lab.widgets.sliders_widget import show_sliders

            bundle |= show_sliders(self)
        return bundle


def _look_again(reference: weakref.ref[Sliders]) -> None:
    sliders = reference()
    if sliders is not None:
        with sliders.lock:
            if sliders.running:
                sliders.look()
                sliders._follow()


def sliders(net: Network | None = None) -> Sliders:
    """Sliders for a wire, and a transfer over it.

    Args:
        net: a network of your own; its first wire is taken. Without one, two hosts are made, whose wire has a delay of
            10 ms and a bandwidth of 20 Mbit/s.
    Raises:
        NetworkUnavailable: this process cannot make a network, and what to do.
    """
    if net is not None and not isinstance(net, Network):
        raise TypeError(f"sliders takes a Network, as in sliders(Network(loss=0.01)), not {net!r:.60}")
    return Sliders(net)
