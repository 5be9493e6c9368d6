"""How a trial tells a busy loop from a busy machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from sockets_lab.exercises import waiting
from sockets_lab.exercises.waiting import Watch
from sockets_lab.referee.looking import SystemView

SPINS = "while True: pass"
SLEEPS = "import sys; sys.stdin.read()"


class Machine:
    """A clock, and a process that uses the processor on it as a test wants."""

    def __init__(self) -> None:
        self.now_s, self.used_s, self.asleep = 100.0, 5.0, True

    def use(self) -> tuple[float, bool]:
        return self.used_s, self.asleep

    def goes_on(
        self, watch: Watch, for_s: float, used: float = 0.0, asleep: bool = True, every_s: float = 0.01
    ) -> None:
        for _ in range(round(for_s / every_s)):
            self.now_s += every_s
            self.used_s += used * every_s
            self.asleep = asleep
            watch.look()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(waiting.time, "monotonic", lambda: machine.now_s)
    return machine


def test_who_sleeps_does_not_spin(machine: Machine) -> None:
    watch = Watch(machine.use)
    machine.goes_on(watch, 0.1, used=0.1)
    assert watch.seen_s == pytest.approx(0.1)
    assert not watch.spins


def test_who_uses_the_processor_all_the_time_spins_however_little_of_it_others_leave(machine: Machine) -> None:
    watch = Watch(machine.use)
    machine.goes_on(watch, 1.0, used=0.05, asleep=False)
    assert watch.seen_s == pytest.approx(0.0495)
    assert watch.spins


def test_what_little_a_patient_function_uses_is_no_spinning_though_others_kept_it_from_sleeping(
    machine: Machine,
) -> None:
    watch = Watch(machine.use)
    machine.goes_on(watch, 1.0, used=0.01, asleep=False)
    assert not watch.spins


def test_a_machine_that_stood_still_proves_nothing(machine: Machine) -> None:
    watch = Watch(machine.use)
    machine.goes_on(watch, 0.06, used=1.0, asleep=False)
    machine.goes_on(watch, 30.0, every_s=30.0)
    assert watch.spins
    assert watch.seen_s < 0.1


@pytest.fixture
def process() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """``process(source)``: it runs, until the test's end."""
    begun = []

    def begin(source: str) -> subprocess.Popen[bytes]:
        begun.append(subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE))
        return begun[-1]

    yield begin
    for one in begun:
        one.kill()
        one.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a main thread cannot be looked at")
def test_the_system_says_who_sleeps_who_runs_and_who_is_stopped(
    process: Callable[[str], subprocess.Popen[bytes]], wait_until: Callable[..., None]
) -> None:
    sleeper, spinner = SystemView(process(SLEEPS).pid), SystemView((spinning := process(SPINS)).pid)
    wait_until(lambda: sleeper.processor_use()[1], "it sleeps")
    before_s, _ = spinner.processor_use()
    wait_until(lambda: spinner.processor_use() > (before_s + 0.05, False), "it uses the processor")
    assert not spinner.processor_use()[1]
    os.kill(spinning.pid, signal.SIGSTOP)
    os.waitpid(spinning.pid, os.WUNTRACED)
    assert not spinner.processor_use()[1]
    used_s, asleep = sleeper.processor_use()
    assert asleep and used_s > 0
