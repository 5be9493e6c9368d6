"""A socket's life as a table: its states, and what leads from one to the next. Drawings and texts are made from it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

GONE = "gone"
Side = Literal["active", "passive", "either"]


@dataclass(frozen=True)
class State:
    """One state.

    Attributes:
        name: the kernel's, where it has one.
        meaning: in words.
        formal: its name in the standard, where that differs.
    """

    name: str
    meaning: str
    formal: str = ""


@dataclass(frozen=True)
class Transition:
    """One row of the table.

    Attributes:
        source: the state that it leaves.
        event: the call, or what arrives.
        sends: what the kernel sends then; empty for nothing.
        target: the state that it leads to.
        side: who takes this way: the end that begins (connects first, closes first), the other, or either.
        words: what happens, to somebody whose socket it is.
        origin: where the standard has it.
        drawn: whether the picture shows it; those that would hide the others are told in words only.
        makes_another: it leaves the socket where it is, and the new state is that of another, new socket.
        takes_s: for how many seconds the kernel waits first.
        rare: it takes two ends that act at the same moment, or what the socket API does not offer.
    """

    source: str
    event: str
    sends: str
    target: str
    side: Side
    words: str
    origin: str
    drawn: bool = True
    makes_another: bool = False
    takes_s: float = 0.0
    rare: bool = False

    @property
    def cause(self) -> str:
        """The event and what is sent, in one line."""
        return f"{self.event}, sends {self.sends}" if self.sends else self.event


@dataclass(frozen=True)
class StateMachine:
    """All states of one kind of socket, and all ways between them."""

    title: str
    source: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the states, in the table's order."""
        return tuple(state.name for state in self.states)

    def state(self, name: str) -> State:
        """The state of that name.

        Raises:
            ValueError: there is none; the text names those that there are.
        """
        for state in self.states:
            if state.name == name:
                return state
        raise ValueError(f"there is no state {name!r:.60} here; there are {', '.join(self.names)}")

    def into(self, name: str) -> list[Transition]:
        """What leads to a state."""
        return [one for one in self.transitions if one.target == name]

    def out_of(self, name: str) -> list[Transition]:
        """What leaves a state."""
        return [one for one in self.transitions if one.source == name]

    def between(
        self, source: str, target: str, *, orderly: bool = False, within_s: float = math.inf
    ) -> list[tuple[str, str]]:
        """What a socket that was seen in ``source`` and then in ``target`` went through.

        Args:
            source: where it was seen.
            target: where it was seen next.
            orderly: it is known that there was no reset.
            within_s: how many seconds lie between the two; it may have been in ``source`` for longer.
        Returns:
            the states that no way avoids, and ``target`` last, each with what led there; the words name every way
            where there is more than one.
        """
        ways = _Ways(self, source, orderly, within_s)
        paths = ways.paths(source, target)
        if not paths:
            return [(target, "by a way that the table does not have")]
        certain = [state for state in paths[0] if all(state in path for path in paths)]
        stops = [source, *certain]
        return [(after, ways.in_words(before, after)) for before, after in zip(stops, certain, strict=False)]


class _Ways:
    """The ways that a socket can have taken between two looks."""

    def __init__(self, machine: StateMachine, source: str, orderly: bool, within_s: float) -> None:
        self._first = machine.names[0]
        self._rows = [
            one
            for one in machine.transitions
            if not one.makes_another
            and (one.source == source or one.takes_s <= within_s)
            and not (orderly and "RST" in one.cause)
        ]

    def paths(self, source: str, target: str) -> list[list[str]]:
        """Every way without a loop, as the states after ``source``; rare ways only where there is no other."""
        return list(self._walk(source, target, (), False)) or list(self._walk(source, target, (), True))

    def in_words(self, source: str, target: str) -> str:
        """What leads from one to the other."""
        paths = self.paths(source, target)
        rows = [one for one in self._rows if (one.source, one.target) == (source, target)]
        usual = [one.cause for one in rows if not one.rare]
        direct = usual or [one.cause for one in rows if len(paths) == 1]  # then a rare way is the way
        through = {f"through {path[0]}" for path in paths if len(path) > 1}
        return ", or ".join([*direct, *sorted(through)])

    def _walk(self, source: str, target: str, been: tuple[str, ...], rare: bool) -> Iterator[list[str]]:
        following = {one.target for one in self._rows if one.source == source and (rare or not one.rare)}
        for state in sorted(following - {*been, source}):
            if state == target:
                yield [state]
            elif state != self._first:  # a socket that began anew is another story
                for rest in self._walk(state, target, (*been, source), rare):
                    yield [state, *rest]
