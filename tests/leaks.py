"""What a process holds: threads, children, descriptors, temp files. Compared before and after a test."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections import Counter
from pathlib import Path

import psutil

# What is already on its way out gets this long: it costs time only where something is left.
SETTLE_S = 5.0


def held(temp: Path) -> Counter[str]:
    """What this process holds now, and what lies in the temp folder."""
    found: Counter[str] = Counter()
    for thread in threading.enumerate():
        found[f"thread {thread.name}"] += 1
    for child in psutil.Process().children(recursive=True):
        found[f"process {child.pid}"] += 1
    for fd in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else ():
        try:
            found[f"descriptor of {os.readlink(f'/proc/self/fd/{fd}')}"] += 1
        except OSError:
            continue  # the listing's own
    for path in temp.iterdir():
        if not path.name.startswith("pytest-"):
            found[f"temp file {path.name}"] += 1
    return found


def left_since(before: Counter[str], temp: Path, *, settle_s: float | None = None) -> list[str]:
    """What is held beyond ``before``, once it no longer goes away by itself; empty when nothing is."""
    deadline = time.monotonic() + (SETTLE_S if settle_s is None else settle_s)
    while left := held(temp) - before:
        if time.monotonic() > deadline:
            return [f"{count} x {_in_full(thing)}" for thing, count in left.items()]
        gc.collect()
        time.sleep(0.01)
    return []


def _in_full(thing: str) -> str:
    kind, _, pid = thing.partition(" ")
    if kind != "process":
        return thing
    try:
        return f"{thing}: {' '.join(psutil.Process(int(pid)).cmdline())[:200]}"
    except psutil.Error:
        return thing
