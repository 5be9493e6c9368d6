"""The command ``sockets-lab``. It only reads arguments, calls the package, and shows what comes back."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import sys
import textwrap
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from sockets_lab import doctor, overview, results
from sockets_lab.course import CourseError, find_course, find_lessons, name_of
from sockets_lab.referee.report import format_points

if TYPE_CHECKING:
    from sockets_lab.grading.bank import Row
    from sockets_lab.headless import Checked

STOPPED = 130  # what a shell reports of a program that Ctrl-C ended
PIPED_WIDTH = 160
_STYLES = {"ok": "green", "limited": "yellow", "missing": "bold red"}


class OneSentence(TyperGroup):
    """Says what is wrong in one sentence on stderr, and not in a page."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command and leave with its exit status: 2 when it could not be run as asked."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal without UTF-8 still shows the rest
        try:
            with _ends_like_ctrl_c(signal.SIGTERM):
                status = super().main(*args, **{**options, "standalone_mode": False})
        except typer.Abort:
            status = _fail("stopped: nothing was changed", STOPPED)
        except CourseError as error:
            status = _fail(error)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            status = _fail(f"{where}{error.strerror or error}; sockets-lab doctor looks for the cause")
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            context = getattr(error, "ctx", None)
            path = context.command_path if context is not None else "sockets-lab"
            what = error.format_message().rstrip(".")
            status = _fail(f"{what}{'' if what.endswith('?') else ';'} see {path} --help")
        sys.exit(status if isinstance(status, int) else 0)


app = typer.Typer(
    cls=OneSentence,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
out = Console(highlight=False, soft_wrap=True)


@contextlib.contextmanager
def _ends_like_ctrl_c(number: int) -> Iterator[None]:
    """Whoever is asked to end cleans up first."""
    before = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _fail(sentence: object, status: int = 2) -> int:
    _say(f"sockets-lab: {sentence}", Console(stderr=True, highlight=False, soft_wrap=True))
    return status


def _say(text: str, console: Console = out) -> None:
    """Print plain text; on a terminal, what is too long for a line goes on below where it began."""
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        fitting = line
        if console.is_terminal and len(line) > console.width:
            wrapped = textwrap.wrap(
                line, console.width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
            )
            fitting = "\n".join(wrapped)
        console.print(Text(fitting))


@app.callback(invoke_without_command=True)
def sockets_lab(
    context: typer.Context,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """A course on network sockets.

    Learners: open it, check your work, see how far you are. Authors and instructors: build it, try its checks.

    Run it in the course's folder or below. An error is one sentence on stderr and a status that is not 0.
    """
    if show_version:
        _say(version("sockets-lab"))
    elif context.invoked_subcommand is None:
        _say(context.get_help())


@app.command("open")
def open_lab(
    port: Annotated[
        int,
        typer.Option(
            metavar="PORT", help="The port of the address. 0 takes the first free one from 8888.", min=0, max=65535
        ),
    ] = 0,
    browser: Annotated[
        bool | None,
        typer.Option(help="Open a browser, or only print the address. By default: open one if there is one."),
    ] = None,
) -> None:
    """Open the course in JupyterLab.

    It begins with the first lesson that has something left to do. It prints the address, which has the key to it: keep
    it to yourself. Only this machine can reach it; from another one, first run there: ssh -L 8888:127.0.0.1:8888
    THIS-MACHINE (with the port of the address), then open the address.

    Ctrl-C ends it, and every kernel. What you have saved stays.
    """
    from sockets_lab.lab_server import LabError, open_course

    course = find_course()
    found = overview.overview(course)
    first = found.next_lesson or found.lessons[0]
    try:
        open_course(course, first.path, port=port, browser=browser, say=_say)
    except LabError as error:
        raise typer.Exit(_fail(error)) from None


@app.command()
def check(
    target: Annotated[
        str,
        typer.Argument(
            metavar="LESSON|UNIT", help="A lesson (5-transfer, or 2-stream/5-transfer), a unit (2-stream), or a path."
        ),
    ],
    limit: Annotated[
        int, typer.Option(metavar="SECONDS", help="How long a cell may take.", min=1, max=3600, show_default=True)
    ] = 60,
) -> None:
    """Check your notebooks without a browser.

    They are run as they are saved, from the top, in a fresh kernel: save them first. The files are not changed; the
    results count for your progress. A cell that hangs or ends its kernel costs what it defines, and the rest goes
    on.

    Exit status: 0 all points, 1 not all, 2 there was nothing to check.
    """
    notebooks = find_lessons(find_course(), target)
    from sockets_lab.headless import Checked, check_notebook

    checked: list[Checked] = []
    unreadable = 0
    for notebook in notebooks:
        _say(f"── {name_of(notebook)} ──\n")
        try:
            for found in check_notebook(notebook, limit_s=limit):
                _say(f"{found.text}\n")
                checked += [found] if isinstance(found, Checked) else []
        except CourseError as error:
            _fail(f"{error}\n")
            unreadable += 1
    _say(_total(checked) + (f" {unreadable} of {len(notebooks)} notebooks could not be checked." if unreadable else ""))
    for note in overview.notes_on_results():
        _say(note)
    raise typer.Exit(int(unreadable > 0 or not all(one.passed for one in checked)))


def _total(checked: list[Checked]) -> str:
    exercises = [one for one in checked if not one.is_prediction]
    predictions = [one for one in checked if one.is_prediction]
    earned = format_points(sum(one.points for one in exercises))
    total = f"{earned} of {format_points(sum(one.max_points for one in exercises))} points in the exercises"
    answered = sum(one.passed for one in predictions)
    return f"{total}, {answered} of {len(predictions)} predictions answered." if predictions else f"{total}."


@app.command("progress")
def show_progress(
    reset: Annotated[bool, typer.Option("--reset", help="Forget all results, after a question.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --reset: do not ask.")] = False,
) -> None:
    """Show what is done, what is next, and your points.

    Every check keeps its best result on this machine, in your data folder or in the folder that
    SOCKETS_LAB_PROGRESS names, and nowhere else. In a notebook, progress() shows the same.
    """
    if not reset:
        _say(str(overview.overview(find_course())))
    elif yes or typer.confirm(f"Forget all results in {results.results_file()}?"):
        results.forget()
        _say("All results are forgotten. Your notebooks are as they were.")
    else:
        _say("Nothing is forgotten.")


@app.command()
def build(
    units: Annotated[
        list[str] | None, typer.Argument(metavar="UNIT", help="Units, such as 2-stream. All by default.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace released notebooks that hold work.")] = False,
    gradebook: Annotated[bool, typer.Option("--gradebook", help="Enter the assignments in gradebook.db.")] = False,
) -> None:
    """For authors: build the lessons' notebooks.

    All of them, or nothing. solutions/UNIT/*.md is the text. It is executed into solutions/UNIT/*.ipynb; what
    learners get, without solutions, goes to notebooks/UNIT/*.ipynb. Run it in the course's folder.
    """
    from sockets_lab.grading.build import BuildError
    from sockets_lab.grading.build import build as build_course

    try:
        changed = build_course(units or (), force=force, gradebook=gradebook, say=_say)
    except BuildError as error:
        raise typer.Exit(_fail(error)) from None
    for path in changed:
        _say(f"changed {path}")
    if not changed:
        _say("nothing has changed")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def autograde(
    context: typer.Context,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="As 2-stream.", show_default=False)],
    trust: Annotated[
        bool,
        typer.Option(
            "--trust-submissions",
            help="Run submissions without a sandbox, with all your rights: they can read the hidden trials.",
        ),
    ] = False,
) -> None:
    """For instructors: grade submissions.

    Runs nbgrader autograde, in a sandbox, and takes its options, as --student ann --force. Where this machine cannot
    hold submissions in a sandbox nothing is graded, except with --trust-submissions.

    Exit status: 0 all were graded, 1 some or all were not.
    """
    from sockets_lab.grading.autograde import TRUST
    from sockets_lab.grading.autograde import autograde as run_autograde

    run_autograde([unit, *context.args, *([f"--{TRUST}"] if trust else [])])


@app.command()
def bank(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="Holds UNIT/EXERCISE/right_*.py and wrong_*.py.", show_default=False),
    ],
    repeat: Annotated[
        int, typer.Option(metavar="N", help="Check each submission N times, each with another seed.", min=1)
    ] = 1,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", help="Submissions at a time. By default one for each processor.", min=1)
    ] = None,
    only: Annotated[str, typer.Option(metavar="PATTERN", help="Only files of this name, such as 'right_*.py'.")] = "*",
    solutions: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where the hidden trials are. By default the course's solutions."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every submission, as JSON.")] = False,
) -> None:
    """For instructors: try all trials on submissions.

    Runs a folder of submissions through all trials, hidden ones too. Each file holds what a solution cell would.
    Right ones must pass, wrong ones must fail. A wrong one may say in its first lines "# misconception: KEY", the
    key of the hint that it should draw.

    Exit status: 0 all as they should be, 1 a right one failed or a wrong one passed, 2 there is no bank.
    """
    from sockets_lab.grading.bank import BankError, exit_status
    from sockets_lab.grading.bank import bank as run_bank

    try:
        with Console(stderr=True).status(f"Trying the submissions in {folder} ..."):
            rows = run_bank(folder, solutions=solutions, repeat=repeat, jobs=jobs, only=only)
    except BankError as error:
        raise typer.Exit(_fail(error)) from None
    if as_json:
        print(json.dumps([row.as_data() for row in rows], indent=1))
    else:
        _show_bank(rows)
    raise typer.Exit(exit_status(rows))


def _show_bank(rows: list[Row]) -> None:
    summary = Table("exercise", "right passed", "wrong caught", "own hint drawn", "seconds, median")
    hints = Table("wrong submission", "hint drawn", "it says", "seconds")
    for exercise in dict.fromkeys(row.exercise for row in rows):
        mine = [row for row in rows if row.exercise == exercise]
        right, wrong = [row for row in mine if row.right], [row for row in mine if not row.right]
        summary.add_row(
            exercise,
            f"{sum(row.as_it_should for row in right)} of {len(right)}",
            f"{sum(row.as_it_should for row in wrong)} of {len(wrong)}",
            f"{sum(row.own_hint for row in wrong)} of {sum(bool(row.misconception) for row in wrong)}",
            f"{median(row.seconds for row in right or wrong):.2f}",
        )
        hints.add_section()
        hints.add_row(Text(exercise, "bold"))
        for row in wrong:
            other = f" (not {row.misconception})" if row.misconception and not row.own_hint else ""
            hints.add_row(row.submission, f"{row.hint_key}{other}", Text(row.told), f"{row.seconds:.2f}")
    for table in (summary, hints) if any(not row.right for row in rows) else (summary,):
        for column in table.columns:
            column.overflow = "fold"
        (out if out.is_terminal else Console(width=PIPED_WIDTH)).print(table, soft_wrap=False)
    for row in rows:
        if not row.as_it_should:
            what = f"{row.exercise}/{row.submission} should {'pass' if row.right else 'fail'}"
            why = ": ".join(filter(None, (row.status, row.trial, row.reason)))
            _say(f"{what}, and passed {row.passed_runs} of {row.runs} times; {why} (seed {row.seed})")


@app.command("doctor")
def show_doctor(
    as_json: Annotated[bool, typer.Option("--json", help="The findings, as JSON.")] = False,
) -> None:
    """Show what this machine can and cannot do.

    And how to mend it. Each thing is tried: it is ok, limited (the course works, with something left out), or
    missing.

    Exit status: 0 the course works here, 1 it does not.
    """
    findings = doctor.examine()
    if as_json:
        print(json.dumps([finding.as_data() for finding in findings], indent=1))
    else:
        for finding in findings:
            _show_finding(finding)
        _say(f"\n{doctor.verdict(findings)}")
    raise typer.Exit(int(not doctor.course_works(findings)))


def _show_finding(finding: doctor.Finding) -> None:
    lines = [f"{finding.name}: {finding.meaning}."] + ([f"To mend it: {finding.mend}."] if finding.mend else [])
    width = out.width - 9 if out.is_terminal else PIPED_WIDTH * 10
    first, *rest = [part for line in lines for part in textwrap.wrap(line, width, break_long_words=False)]
    out.print(Text.assemble((f"{finding.status:7}", _STYLES[finding.status]), "  ", first))
    for line in rest:
        out.print(Text(f"{'':9}{line}"))


if __name__ == "__main__":
    app()
