"""What was done in a stepper, as a program that does the same again."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sockets_lab.widgets.stepper import StepDone, Stepper

WIDTH = 100


def program(stepper: Stepper) -> str:
    """A program that runs as it is; what each line did stands below it, as a comment.

    A line that failed is caught. A line that would wait for ever is a comment itself.
    """
    lines = ["import socket", "", f"ADDRESS = {stepper.address!r}", ""]
    for step in stepper.steps:
        lines += [*_code(step), *_comment(step), ""]
    if not stepper.steps:
        lines += ["# nothing yet: use the buttons, or methods such as steps.server.socket()", ""]
    if stepper.packets_missing:
        lines += _wrapped(stepper.packets_missing)
    return "\n".join(lines).rstrip()


def _code(step: StepDone) -> list[str]:
    if step.outcome.result == "waits":
        return [f"# {step.line}"]
    shown = f"print({step.line})" if step.call in ("send", "sendto", "recv") else step.line
    if step.outcome.result == "returned":
        return [shown]
    return ["try:", f"    {shown}", "except (OSError, NameError) as error:", "    print(error)"]


def _comment(step: StepDone) -> list[str]:
    told = [step.outcome.told] if step.outcome.told not in ("None", "it waits") else []
    told += [step.outcome.meaning] if step.outcome.meaning else []
    states = ", ".join(f"{name} {state}" for name, state in step.states.items())
    lines = _wrapped(": ".join(told)) if told else []
    lines += _wrapped(f"now: {states}") if states else []
    return lines + [line for packet in step.packets for line in _wrapped(f"packet {packet}")]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="#   ", subsequent_indent="#   ")
