"""The wire's sliders, driven by code: what is set changes what is measured, and nothing is left."""

from __future__ import annotations

import os
import re
import select
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from sockets_lab.network import Network, Wire
from sockets_lab.widgets import sliders as sliders_module
from sockets_lab.widgets.sliders import sliders
from sockets_lab.widgets.sliders_measurements import Setting
from sockets_lab.widgets.sliders_transfer import Transfer
from sockets_lab.widgets.sliders_widget import SlidersWidget

OWN_NETWORK = True
LIMIT_S = 10.0


def test_bandwidth_cut_to_a_tenth_cuts_the_throughput() -> None:
    with sliders() as wire:
        wire.start()
        wire.run(1.0)
        fast = wire.run(1.0)
        wire.set(rate_bps=2e6)
        wire.run(1.0)
        slow = wire.run(1.0)
        assert wire.running
    assert fast.throughput_bps > 5 * slow.throughput_bps
    assert 1e6 < slow.throughput_bps < 2.1e6
    assert slow.round_trip_s is not None and fast.round_trip_s is not None
    assert slow.round_trip_s > 3 * fast.round_trip_s  # they wait in the queue
    assert slow.setting == Setting(0.0, 0.01, 2e6)
    assert not wire.running


def test_loss_makes_retransmissions() -> None:
    with Network(seed=3, delay_s=0.002, rate_bps=20e6) as net, sliders(net) as wire:
        wire.start()
        before = wire.run(1.0)
        wire.set(loss=0.1)
        assert wire.run(1.5).retransmissions > before.retransmissions  # a busy machine's late answers make a few
        assert next(packet.decision for packet in net.packets() if packet.dropped) == "dropped: loss"


def test_a_run_alone_starts_a_transfer_and_ends_it_and_the_clock_goes_on() -> None:
    with sliders() as wire:
        first = wire.run(0.5)
        assert not wire.running
        second = wire.run(0.5)
        assert first.received and second.received
        assert second.until_s > first.until_s
        assert re.search(r"Mbit/s +\d+ +\d", str(wire))


def test_a_network_of_ones_own_stays_open() -> None:
    with Network() as net:
        with sliders(net) as wire:
            assert wire.setting == Setting(0.0, 0.0, None)
            assert repr(wire) == ("<sliders of the wire client - server: loss 0 %, delay 0 ms, bandwidth no limit>")
        assert net.running


def test_after_stop_it_shows_what_was_measured_and_starts_no_more() -> None:
    wire = sliders()
    wire.run(0.5)
    wire.stop()
    wire.stop()
    assert not wire.net.running
    assert "Mbit/s" in str(wire)
    with pytest.raises(RuntimeError, match="these sliders were stopped; call"):
        wire.start()


@pytest.mark.parametrize("seconds", [0, -1, 1e9])
def test_what_is_no_length_of_time_is_refused(seconds: float) -> None:
    with sliders() as wire, pytest.raises(ValueError, match="run\\(\\) takes seconds"):
        wire.run(seconds)


def test_what_is_set_wrongly_is_refused_and_nothing_changes() -> None:
    with sliders() as wire:
        with pytest.raises(ValueError, match="loss is a chance from 0 to 1"):
            wire.set(loss=5)
        assert wire.setting == Setting(0.0, 0.01, 20e6)
    with pytest.raises(TypeError, match="sliders takes a Network"):
        sliders("eth0")  # type: ignore[arg-type]


def test_a_transfer_ends_by_itself_when_its_time_is_up() -> None:
    with Network() as net:
        transfer = Transfer(net.host("client"), net.host("server"), longest_s=0.5)
        deadline = time.monotonic() + 10
        while not transfer.ended:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        received = [sample.received for sample in transfer.samples()]
        assert received == sorted(received) and received[-1] > 0
        transfer.close()


def test_a_transfer_that_nobody_uses_any_more_ends() -> None:
    with Network() as net:
        transfer = Transfer(net.host("client"), net.host("server"))
        pidfd = os.pidfd_open(transfer._pid)
    del transfer
    try:
        assert select.select([pidfd], [], [], 10)[0]
    finally:
        os.close(pidfd)


def test_what_the_front_end_moves_is_not_undone_by_what_another_thread_shows_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moving, may_go_on = threading.Event(), threading.Event()
    sent: list[dict[str, Any]] = []
    impair = Wire.impair

    def slowly(wire: Wire, **changes: Any) -> None:
        moving.set()
        may_go_on.wait(LIMIT_S)
        impair(wire, **changes)

    monkeypatch.setattr(Wire, "impair", slowly)
    monkeypatch.setattr(SlidersWidget, "_send", lambda _, message, buffers=None: sent.append(message["state"]))
    with sliders() as wire:
        widget = SlidersWidget(wire)
        wire.add_view(widget)
        front_end = threading.Thread(target=widget.set_state, args=({"bandwidth_mbps": 5},))
        looking = threading.Thread(target=wire.look)
        front_end.start()
        assert moving.wait(LIMIT_S)
        looking.start()
        looking.join(0.05)  # time enough to show what the wire still does
        may_go_on.set()
        front_end.join()
        looking.join()
        assert [one for one in sent if "bandwidth_mbps" in one] == [{"bandwidth_mbps": 5}]  # the echo alone
        assert wire.setting.rate_bps == 5e6
        widget.stop()


def test_a_run_lasts_until_something_is_measured() -> None:
    with sliders() as wire:
        assert wire.run(0.001).received > 0
        wire.start()
        assert wire.run(0.001).received > 0


def test_a_pause_ends_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with sliders() as wire:
        wire.start()
        pausing = threading.Timer(1.0, wire.pause)
        pausing.start()
        assert wire.run(600).received > 0
        pausing.join()
        assert not wire.running
        wire.start()
        with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="before anything was measured"):
            patch.setattr(
                sliders_module, "time", SimpleNamespace(sleep=lambda _: wire.pause(), monotonic=time.monotonic)
            )
            wire.run(600)
