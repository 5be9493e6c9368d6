"""Measuring side by side: one run of each in turn, again and again, so that a busy moment of the machine meets all."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

BARE = "a bare Popen([python, '-c', 'pass'])"


@dataclass(frozen=True)
class Spread:
    """The middle of many times, in seconds."""

    first_quartile: float
    median: float
    third_quartile: float

    @classmethod
    def of(cls, seconds: list[float]) -> Spread:
        return cls(*statistics.quantiles(seconds, n=4, method="inclusive"))


def timed(function: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun


def side_by_side(measures: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, Spread]:
    """Take each measure once a round, in turn.

    Args:
        measures: by name; each says how many seconds it took.
    """
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            taken[name].append(measure())
    return {name: Spread.of(seconds) for name, seconds in taken.items()}


def run_python(source: str) -> float:
    """Seconds from starting a Python to its end."""
    return timed(lambda: subprocess.Popen([sys.executable, "-c", source]).wait())


def bare_python() -> float:
    """What everything is compared with: starting Python, and nothing else."""
    return run_python("pass")


def show(found: Mapping[str, Spread], *, beside: str) -> None:
    """Print a table with ratios to the measure named ``beside``."""
    width = max(map(len, found))
    print(f"{machine()}\n")
    print(f"{'':{width}}  {'median':>9}  {'quartiles':>19}  {'ratio':>6}")
    for name, spread in found.items():
        quartiles = f"{_ms(spread.first_quartile)} - {_ms(spread.third_quartile)}"
        ratio = spread.median / found[beside].median
        print(f"{name:{width}}  {_ms(spread.median)} ms  {quartiles:>16} ms  {ratio:6.2f}")
    print()


def machine() -> str:
    """The kind of machine, and how busy it was when the measuring began to be printed."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{platform.system()}, {os.cpu_count()} processors, Python {platform.python_version()}, load average {load}"


def require(what: str, holds: bool) -> bool:
    """Print whether a requirement holds."""
    print(f"{'holds' if holds else 'DOES NOT HOLD'}: {what}")
    return holds


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:6.1f}"
