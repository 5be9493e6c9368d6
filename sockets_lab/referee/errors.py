"""What a check raises when it cannot give a verdict: one clear sentence, in a notebook too."""

from __future__ import annotations


class CheckError(Exception):
    """There is nothing that could be judged; the text says why and what to do.

    A graded cell that raises earns no points, which a cell that shows nothing would.
    """

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class LabFault(CheckError):
    """A trial of the lab's own failed: nobody's points depend on it."""


class CheckInterrupted(CheckError):
    """The learner pressed the stop button."""
