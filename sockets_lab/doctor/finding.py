"""What the doctor says of one thing that was tried."""

from __future__ import annotations

import subprocess
from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["ok", "limited", "missing"]


@dataclass(frozen=True)
class Finding:
    """One thing that was tried.

    Attributes:
        status: ``limited`` when the course does without it, or with less of it.
        meaning: what was found, and what it is for.
        mend: what to do, where it is not ok.
        needed: whether the course cannot be worked through without it.
    """

    name: str
    status: Status
    meaning: str
    mend: str = ""
    needed: bool = False

    def as_data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


def needed(name: str, works: bool, meaning: str, mend: str) -> Finding:
    """Without this the course does not run."""
    return Finding(name, "ok" if works else "missing", meaning, "" if works else mend, needed=True)


def useful(name: str, works: bool, meaning: str, mend: str) -> Finding:
    """Without this something is left out."""
    return Finding(name, "ok" if works else "limited", meaning, "" if works else mend)


def why_it_fails(command: list[str], timeout_s: float = 60.0) -> str:
    """Why ``command`` fails, in a line; empty if it does not."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        return f"there is no command {command[0]}"
    except subprocess.TimeoutExpired:
        return f"no answer within {timeout_s:.0f} s"
    except OSError as error:
        return error.strerror or str(error)
    lines = [line.strip() for line in ran.stderr.splitlines() if line.strip()]
    return "" if ran.returncode == 0 else (lines or [f"it ended with status {ran.returncode}"])[-1]
