"""Every right submission of the bank, many times through all trials, hidden ones too, each time with another seed."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from _measure import machine
from _submissions import SOLUTIONS, SUBMISSIONS

from sockets_lab.grading.bank import Row, bank


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100, metavar="N", help="checks of each submission (100)")
    parser.add_argument("--busy", type=int, default=0, metavar="N", help="processes that spin meanwhile (0)")
    parser.add_argument("--only", default="*", metavar="EXERCISE", help="one exercise (all)")
    options = parser.parse_args()
    print(f"{machine()}; {options.busy} processes spin meanwhile\n", flush=True)
    files = sorted(SUBMISSIONS.glob(f"*/{options.only}/right_*.py"))
    begun = time.monotonic()
    with spinning(options.busy), ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = []
        for row in pool.map(lambda file: tried(file, options.times), files):
            show(row)
            rows.append(row)
    checks = sum(row.runs for row in rows)
    passed = sum(row.passed_runs for row in rows)
    print(f"\n{passed:,} of {checks:,} checks passed, of {len(rows)} submissions, in {time.monotonic() - begun:.0f} s")
    return int(not rows or not all(row.as_it_should for row in rows))


def tried(file: Path, times: int) -> Row:
    """What became of one submission."""
    (row,) = bank(SUBMISSIONS, solutions=SOLUTIONS, repeat=times, jobs=1, only=f"{file.parent.name}/{file.name}")
    return row


def show(row: Row) -> None:
    name = f"{row.exercise} {row.submission.removeprefix('right_')}"
    print(f"{name:40}  {row.passed_runs:4} of {row.runs}  {row.seconds:6.3f} s", flush=True)
    if not row.as_it_should:
        print(f"    {row.status} at {row.trial!r}, seed {row.seed}: {row.reason}", flush=True)


@contextlib.contextmanager
def spinning(count: int) -> Iterator[None]:
    """Keep so many processes busy, as other people's work would."""
    spin = f"import os\nwhile os.getppid() == {os.getpid()}: sum(range(100_000))"
    processes = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
