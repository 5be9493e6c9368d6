"""What an exercise is made of: what it asks, its trials, its hints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sockets_lab.exercises.table import Hints, Table

TrialFunction = Callable[[Table], None]


@dataclass(frozen=True)
class Trial:
    """One encounter between a learner's function and the referee.

    Attributes:
        name: the function's name; what ``replay`` is told.
        title: the situation, as the report says it.
        hints: what helps when no step of the trial has a better hint.
        weight: its share of the exercise's points.
        hidden: known to the instructor's machine only.
        basic: the others are run only if this one does not fail.
    """

    name: str
    title: str
    run: TrialFunction
    hints: Hints
    weight: int = 1
    hidden: bool = False
    basic: bool = False


@dataclass
class Exercise:
    """A function that the learner writes.

    Attributes:
        id: ``unit.function``.
        parameters: the names of its positional parameters.
        points: what it is worth in the gradebook.
        why: why a right answer works, shown when all trials pass.
        left_open: the hints for descriptors or threads that the function leaves behind.
    """

    id: str
    parameters: tuple[str, ...]
    points: int
    why: str
    left_open: Hints
    trials: list[Trial] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The function's name."""
        return self.id.partition(".")[2]

    @property
    def call_form(self) -> str:
        """How the function is called: ``recv_frame(sock, max_len)``."""
        return f"{self.name}({', '.join(self.parameters)})"

    def trial(
        self, title: str, hints: Hints, *, weight: int = 1, basic: bool = False, hidden: bool = False
    ) -> Callable[[TrialFunction], TrialFunction]:
        """Add the decorated function to the trials; the report keeps their order."""

        def add(function: TrialFunction) -> TrialFunction:
            name = function.__name__
            if any(known.name == name for known in self.trials):
                raise ValueError(f"{self.id} has two trials named {name}")
            self.trials.append(Trial(name, title, function, hints, weight, hidden, basic))
            return function

        return add
