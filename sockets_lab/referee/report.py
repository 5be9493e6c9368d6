"""How findings look: as text, as HTML, and as the number that nbgrader reads."""

from __future__ import annotations

import itertools
import textwrap
from html import escape
from typing import Any

from sockets_lab.referee.report_ladder import as_image, ladder_of_verdict
from sockets_lab.referee.verdicts import Findings, Verdict
from sockets_lab.referee.watching import same_again

SHOWN_STEPS = 26
_MARK = {"passed": "passed", "failed": "FAILED", "skipped": "skipped", "not run": "not run"}


class Report:
    """What a check found.

    ``print(report)`` shows text. In a notebook it is a table; its plain form there is the points alone, because
    nbgrader takes a graded cell's plain value, if it is a number, as the points earned.
    """

    def __init__(self, findings: Findings, *, open_all: bool = False) -> None:
        self.findings = findings
        self._open_all = open_all
        self._hints_given = 1

    @property
    def points(self) -> float:
        """What the check earned."""
        return self.findings.points

    @property
    def passed(self) -> bool:
        """Whether every trial passed."""
        return self.findings.passed

    def next_hint(self) -> str:
        """The next stronger hint for the first failure; the last one again when there are no more."""
        failure = self.findings.first_failure
        if failure is None:
            return ShownText("Nothing failed: there is nothing to hint at.")
        if not failure.hints:
            return ShownText(f"{failure.reason}.")
        number = min(self._hints_given + 1, len(failure.hints))
        self._hints_given = number
        return ShownText(f"Hint {number} of {len(failure.hints)}: {failure.hints[number - 1]}")

    def __float__(self) -> float:
        return float(self.points)

    def __str__(self) -> str:
        return "\n".join(_text(self.findings, self._open_all))

    def __repr__(self) -> str:
        return format_points(self.points)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": _html(self.findings, self._open_all)}


class ShownText(str):
    """Text that a notebook shows as it is, without quotation marks."""

    __repr__ = str.__str__


def format_points(points: float) -> str:
    """Points without a needless fraction: 3, or 2.5."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _name(findings: Findings) -> str:
    return findings.exercise.rpartition(".")[2]


def _headline(findings: Findings, is_replay: bool) -> str:
    if is_replay:  # of one trial: its points would say nothing of the whole
        return (
            f"{_name(findings)}, one trial again: {', '.join(_MARK[verdict.status] for verdict in findings.verdicts)}"
        )
    return (
        f"{_name(findings)}: {format_points(findings.points)} of {format_points(findings.max_points)} points"
        f"{', all trials passed' if findings.passed else ''}"
    )


def _shown_title(verdict: Verdict) -> str:
    return "a hidden trial" if verdict.hidden else verdict.title


def _replay_command(findings: Findings, verdict: Verdict) -> str:
    if verdict.hidden or verdict.trial == "left_open":
        return ""
    return f'replay({_name(findings)}, "{verdict.trial}", seed={findings.seed})'


def _details(verdict: Verdict) -> list[tuple[str, str]]:
    """The expected and the seen. A hidden trial keeps them to itself: feedback reaches the whole class."""
    if verdict.hidden:
        return []
    rows = [("expected", verdict.expected), ("seen", verdict.seen)]
    return [(name, text) for name, text in rows if text]


def _shown_steps(verdict: Verdict) -> list[tuple[str, str]]:
    if verdict.hidden:
        return []
    steps = _counted([(who, what) for _, who, what in verdict.steps])
    if len(steps) <= SHOWN_STEPS:
        return steps
    left_out = len(steps) - SHOWN_STEPS
    return [*steps[: SHOWN_STEPS - 10], ("", f"... {left_out} more steps ..."), *steps[-10:]]


def _counted(steps: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The steps, with a count in place of equal neighbours."""
    shown: list[tuple[str, str]] = []
    for step, equal_ones in itertools.groupby(steps):
        again = len(list(equal_ones)) - 1
        shown += [step, (step[0], same_again(again))] if again else [step]
    return shown


# Text


def _text(findings: Findings, open_all: bool) -> list[str]:
    lines = [_headline(findings, open_all), ""]
    first = findings.first_failure
    for verdict in findings.verdicts:
        reason = f" ({verdict.reason})" if verdict.status in ("skipped", "not run") and verdict.reason else ""
        lines.append(f"  {_MARK[verdict.status]:8}  {_shown_title(verdict)}{reason}")
        if verdict.status == "failed":
            lines += _text_failure(
                findings, verdict, is_first=verdict is first, with_steps=open_all or verdict is first
            )
        elif open_all:
            lines += _text_steps(verdict)
        if open_all:
            lines += _text_packets(verdict)
    if findings.why:
        lines += ["", *textwrap.wrap(f"Why it works: {findings.why}", 100, initial_indent="  ", subsequent_indent="  ")]
    lines += ["", f"  seed {findings.seed}"]
    return lines


def _text_failure(findings: Findings, verdict: Verdict, *, is_first: bool, with_steps: bool) -> list[str]:
    indent = " " * 12
    lines = [] if verdict.hidden else [f"{indent}{verdict.reason}"]
    if with_steps:
        lines += _text_steps(verdict)
    lines += [f"{indent}{name:8} {text}" for name, text in _details(verdict)]
    if verdict.printed and not verdict.hidden:
        lines += [f"{indent}printed  {line}" for line in verdict.printed.splitlines()[:10]]
    if verdict.hints:
        hint = f"Hint 1 of {len(verdict.hints)}: {verdict.hints[0]}"
        lines += textwrap.wrap(hint, 100, initial_indent=indent, subsequent_indent=indent)
        if is_first:  # hint() speaks of this one until it is mended
            lines.append(f"{indent}For the next hint: hint({_name(findings)})")
    if command := _replay_command(findings, verdict):
        lines.append(f"{indent}Try it: {command}")
    return lines


def _text_steps(verdict: Verdict) -> list[str]:
    return [f"{'':12}{number:3}  {who:10} {what}" for number, (who, what) in enumerate(_shown_steps(verdict), 1)]


def _text_packets(verdict: Verdict) -> list[str]:
    ladder = ladder_of_verdict(verdict)
    return ["", "  The packets:", *(f"    {line}" for line in str(ladder).splitlines())] if ladder is not None else []


# HTML: readable without scripts and without its style, in light and dark themes, by keyboard and by screen reader

_STYLE = """
<style>
.sl-report{--sl-good:#1b7a34;--sl-bad:#b3261e;--sl-line:#8884;max-width:60em;line-height:1.45}
[data-jp-theme-light="false"] .sl-report,.vscode-dark .sl-report{--sl-good:#7fd38b;--sl-bad:#ff9a8c}
.sl-report p{margin:.4em 0}
.sl-report table{border-collapse:collapse;margin:.5em 0;table-layout:auto}
.sl-report :is(tr,td,th){vertical-align:baseline!important;background:none!important}
.sl-report :is(td,th){padding:.1em 1em .1em 0!important;white-space:normal!important;max-width:none!important}
.sl-report .sl-verdicts tr{border-bottom:1px solid var(--sl-line)}
.sl-report :is(.sl-status,.sl-who){white-space:nowrap!important}
.sl-report .sl-number{opacity:.7}
.sl-report :is(.sl-passed .sl-status,.sl-good b){color:var(--sl-good)}
.sl-report :is(.sl-failed .sl-status,.sl-reason){color:var(--sl-bad)}
.sl-report .sl-rest{opacity:.75}
.sl-report :is(code,pre){font-family:var(--jp-code-font-family,monospace);font-size:.92em}
.sl-report table code{padding:0!important;background:none!important}
.sl-report :is(code,pre){white-space:pre-wrap;overflow-wrap:anywhere}
.sl-report .sl-box{border-left:4px solid var(--sl-bad);padding:.1em 0 .1em 1em;margin:.6em 0}
.sl-report .sl-good{border-left-color:var(--sl-good)}
.sl-report summary{cursor:pointer;margin:.2em 0}
.sl-report details details{margin-left:1em}
</style>
"""
# A notebook that is not trusted loses the style above; Jupyter's own would put a table's text at the right.
_LEFT = " style='text-align:left'"
_SIGN = {"passed": "✓", "failed": "✗"}


def in_frame(content: str) -> str:
    """HTML in the reports' style."""
    return f'{_STYLE}<div class="sl-report">{content}</div>'


def _html(findings: Findings, open_all: bool) -> str:
    first = findings.first_failure
    boxes = "".join(
        _html_box(findings, verdict, is_open=open_all or verdict is first, open_all=open_all)
        for verdict in findings.verdicts
        if verdict.status == "failed" or (open_all and verdict.steps)
    )
    why = (
        f'<div class="sl-box sl-good"><p><b>Why it works</b></p><p>{escape(findings.why)}</p></div>'
        if findings.why
        else ""
    )
    return in_frame(
        f"<p><b>{escape(_headline(findings, open_all))}</b></p>{_html_verdicts(findings.verdicts)}{boxes}{why}"
        f'<p class="sl-rest"><small>seed {findings.seed}</small></p>'
    )


def _html_verdicts(verdicts: tuple[Verdict, ...]) -> str:
    rows = ""
    reason_above = ""
    for verdict in verdicts:
        reason = verdict.reason if verdict.status in ("skipped", "not run") else ""
        # The same reason is given once for all the rows that share it.
        shown = f" <small>({escape(reason)})</small>" if reason != reason_above else ""
        reason_above = reason
        rows += (
            f"<tr class='sl-{verdict.status.replace(' ', '-')}'><td class='sl-status'{_LEFT}>"
            f"<span aria-hidden='true'>{_SIGN.get(verdict.status, '–')}</span> {_MARK[verdict.status]}</td>"
            f"<td{_LEFT}>{escape(_shown_title(verdict))}{shown}</td></tr>"
        )
    head = f"<thead><tr><th scope='col'{_LEFT}>verdict</th><th scope='col'{_LEFT}>trial</th></tr></thead>"
    return f"<table class='sl-verdicts'>{head}<tbody>{rows}</tbody></table>"


def _html_box(findings: Findings, verdict: Verdict, *, is_open: bool, open_all: bool) -> str:
    if verdict.hidden:
        hint = f"<p><b>Hint:</b> {escape(verdict.hints[0])}</p>" if verdict.hints else ""
        return f'<div class="sl-box"><p><b>a hidden trial</b></p>{hint}</div>' if hint else ""
    details = "".join(
        f"<tr><th scope='row'{_LEFT}>{name}</th><td{_LEFT}><code>{escape(text)}</code></td></tr>"
        for name, text in _details(verdict)
    )
    reason = f'<p class="sl-reason">{escape(verdict.reason)}</p>' if verdict.reason else ""
    compared = f"<table>{details}</table>" if details else ""
    printed = f"<p>Your function printed:</p><pre>{escape(verdict.printed[:2000])}</pre>" if verdict.printed else ""
    command = _replay_command(findings, verdict) if verdict.status == "failed" else ""
    again = f"<p>Try it: <code>{escape(command)}</code></p>" if command else ""
    packets = _html_packets(verdict, is_open=open_all)
    good = " sl-good" if verdict.status == "passed" else ""
    return (
        f'<details class="sl-box{good}"{" open" if is_open else ""}><summary><b>{escape(verdict.title)}</b></summary>'
        f"{reason}{_html_steps(verdict)}{compared}{printed}{_html_hints(verdict.hints)}{again}"
        f"{packets}</details>"
    )


def _html_packets(verdict: Verdict, *, is_open: bool) -> str:
    ladder = ladder_of_verdict(verdict)
    if ladder is None:
        return ""
    return f"<details{' open' if is_open else ''}><summary>The packets</summary>{as_image(ladder)}</details>"


def _html_steps(verdict: Verdict) -> str:
    rows = "".join(
        f"<tr><td class='sl-number'>{number}</td><td class='sl-who'{_LEFT}>{escape(who)}</td>"
        f"<td{_LEFT}><code>{escape(what)}</code></td></tr>"
        for number, (who, what) in enumerate(_shown_steps(verdict), 1)
    )
    return f"<table aria-label='what happened, step by step'><tbody>{rows}</tbody></table>" if rows else ""


def _html_hints(hints: tuple[str, ...]) -> str:
    """The first hint in sight, each further one behind a click on the one before."""
    if not hints:
        return ""
    nested = ""
    for number in range(len(hints), 1, -1):
        nested = (
            f"<details><summary>Show hint {number} of {len(hints)}</summary>"
            f"<p>{escape(hints[number - 1])}</p>{nested}</details>"
        )
    return f"<p><b>Hint 1 of {len(hints)}:</b> {escape(hints[0])}</p>{nested}"
