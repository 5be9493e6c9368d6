"""Rules for single packets: ``drop(first=SYN)``, ``duplicate(third=DATA)``, ``delay(every=ACK, by_s=0.1)``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sockets_lab.network.kinds import Kind

ORDINALS = {"first": 1, "second": 2, "third": 3}


@dataclass(frozen=True)
class Rule:
    """What a wire does to chosen packets.

    TCP sends again what was lost. Such repeats are the same packet once more: they do not count as another one, and
    are spared unless ``times`` says more than 1.

    Attributes:
        action: ``drop``, ``duplicate``, ``corrupt``, ``delay`` or ``hold``.
        kind: the packets that are counted.
        nth: which of them, from 1; 0 for every one.
        times: how many transmissions of it; of a protocol without repeats, how many packets from it on.
        by_s: of a delay, seconds.
        behind: of a hold, how many packets of its direction pass it.
    """

    action: str
    kind: Kind
    nth: int = 1
    times: int = 1
    by_s: float = 0.0
    behind: int = 1

    def as_data(self) -> dict[str, Any]:
        """Plain values for the wire's process."""
        return asdict(self)

    def __str__(self) -> str:
        ordinal = {number: name for name, number in ORDINALS.items()} | {0: "every"}
        which = f"{ordinal[self.nth]}={self.kind}" if self.nth in ordinal else f"{self.kind}, nth={self.nth}"
        text = f"{self.action}({which}"
        text += f", times={self.times}" if self.times != 1 else ""
        text += f", by_s={self.by_s:g}" if self.action == "delay" else ""
        text += f", behind={self.behind}" if self.action == "hold" and self.behind != 1 else ""
        return text + ")"

    __repr__ = __str__


def drop(kind: Kind | None = None, *, nth: int | None = None, times: int = 1, **which: Kind) -> Rule:
    """Drop chosen packets: ``drop(first=SYN)``, ``drop(DATA, nth=5)``, ``drop(every=FIN)``.

    Args:
        kind: with ``nth``, which packets are counted.
        nth: which of them, from 1.
        times: how many of its transmissions, the repeats that TCP sends being more of them.
        which: one of ``first``, ``second``, ``third`` and ``every``, in place of ``kind`` and ``nth``.
    Raises:
        TypeError: it does not say which packets, or says it twice.
        ValueError: a number makes no sense.
    """
    return _rule("drop", kind, nth, times, which)


def duplicate(kind: Kind | None = None, *, nth: int | None = None, times: int = 1, **which: Kind) -> Rule:
    """Deliver chosen packets twice. Arguments and errors as for ``drop``."""
    return _rule("duplicate", kind, nth, times, which)


def corrupt(kind: Kind | None = None, *, nth: int | None = None, times: int = 1, **which: Kind) -> Rule:
    """Turn one bit of chosen packets, in the payload if there is one. Arguments and errors as for ``drop``."""
    return _rule("corrupt", kind, nth, times, which)


def delay(kind: Kind | None = None, *, by_s: float, nth: int | None = None, times: int = 1, **which: Kind) -> Rule:
    """Let chosen packets arrive ``by_s`` seconds later; others may pass them.

    Other arguments and errors as for ``drop``.
    """
    if not 0 <= by_s <= 3600:
        raise ValueError(f"by_s is a time in seconds, 0 to 3600, not {by_s!r:.40}")
    return _rule("delay", kind, nth, times, which, by_s=by_s)


def hold(kind: Kind | None = None, *, behind: int = 1, nth: int | None = None, times: int = 1, **which: Kind) -> Rule:
    """Hold chosen packets back until ``behind`` later ones of their direction have passed.

    Where too few come, a packet goes on after 50 ms. Other arguments and errors as for ``drop``.
    """
    if not 1 <= behind <= 1000:
        raise ValueError(f"behind is how many packets pass, 1 to 1000, not {behind!r:.40}")
    return _rule("hold", kind, nth, times, which, behind=behind)


def _rule(action: str, kind: Kind | None, nth: int | None, times: int, which: dict[str, Kind], **more: Any) -> Rule:
    numbers = {**ORDINALS, "every": 0}
    usage = f"say which packets, once: {action}(first=SYN), {action}(DATA, nth=5) or {action}(every=FIN)"
    for name in which:
        if name not in numbers:
            raise TypeError(f"{action}() knows no {name!r}; {usage}")
    if len(which) + (kind is not None) != 1 or (kind is None and nth is not None):
        raise TypeError(usage)
    name, chosen = next(iter(which.items()), ("", kind))
    if not isinstance(chosen, Kind):
        raise TypeError(f"{action}() takes a kind of packets such as SYN, DATA or ICMP, not {chosen!r:.40}")
    number = numbers[name] if name else (1 if nth is None else nth)
    if number < 0 or (nth is not None and nth < 1) or times < 1:
        raise ValueError(f"{action}() counts from 1; nth={nth}, times={times}")
    return Rule(action, chosen, number, times, **more)
