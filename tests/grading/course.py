"""A small course in a folder of its own: two exercises and a prediction, nbgrader's commands, students."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

REPOSITORY = Path(__file__).resolve().parents[2]
UNIT, LESSON = "2-stream", "transfer"
BANK = REPOSITORY / "tests" / "submissions" / UNIT

_METADATA = """---
nbgrader:
  {{grade: {grade}, grade_id: {name}, locked: {grade}, schema_version: 3, solution: {solution}, task: false{points}}}
---"""
_EXERCISE = '''
```{{code-cell}} ipython3
{code_metadata}
def {name}({parameters}):
    """Write this one."""
    ### BEGIN SOLUTION
{solution}
    ### END SOLUTION
```
{test}'''
_TEST = """
```{{code-cell}} ipython3
{metadata}
check({name})
```
"""
_QUESTION = """
```{{code-cell}} ipython3
{metadata}
recv_count = predict("How many?", choices=["one", "two", "either"], answer="c")
```
{test}"""
_HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3, language: python}
---

# A lesson

```{code-cell} ipython3
import socket, struct
from sockets_lab import check, predict
```
"""
# `python -m nbgrader`, but for a grammar of web addresses, which jsonschema would spend half of the start on.
NBGRADER = "import sys; sys.modules['rfc3987_syntax'] = None; from nbgrader.apps.nbgraderapp import main; main()"
# In a network of its own, where there is one: jupyter_client's way to find free ports fails on a busy machine.
ALONE = f"""
import contextlib, os
from tests.own_network import enter_own_network
with contextlib.suppress(OSError):
    enter_own_network(os.geteuid(), os.getegid())
{NBGRADER}"""
SEND_ALL = "while data:\n    data = data[sock.send(data):]"
RECV_FRAME = """\
def exactly(n):
    got = b""
    while len(got) < n:
        chunk = sock.recv(n - len(got))
        if not chunk:
            raise EOFError("the peer stopped in the middle of a frame") if got or n != 4 else StopIteration
        got += chunk
    return got
try:
    (length,) = struct.unpack(">I", exactly(4))
except StopIteration:
    return None
if length > max_len:
    raise ValueError("the frame is too long")
body = b""
while len(body) < length:
    chunk = sock.recv(length - len(body))
    if not chunk:
        raise EOFError("the peer stopped in the middle of a frame")
    body += chunk
return body"""


def lesson_text() -> str:
    """A lesson as its author writes it, with no more in it than what is graded."""
    send_all = _exercise("send_all", "sock, data", SEND_ALL, 4)
    return _HEAD + _question() + send_all + _exercise("recv_frame", "sock, max_len", RECV_FRAME, 5)


def _exercise(name: str, parameters: str, solution: str, points: int) -> str:
    indented = "".join(f"    {line}\n" for line in solution.splitlines()).rstrip()
    metadata = _METADATA.format(grade="false", solution="true", name=f"{name}-code", points="")
    test = _test(name, points)
    return _EXERCISE.format(code_metadata=metadata, name=name, parameters=parameters, solution=indented, test=test)


def _question() -> str:
    metadata = _METADATA.format(grade="false", solution="true", name="recv_count-answer", points="")
    return _QUESTION.format(metadata=metadata, test=_test("recv_count", 1))


def _test(name: str, points: int) -> str:
    metadata = _METADATA.format(grade="true", solution="false", name=name, points=f", points: {points}")
    return _TEST.format(metadata=metadata, name=name)


class Course:
    """An instructor's course folder, which has this course's settings, and the folders of its students.

    Args:
        root: an empty folder.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / "course"
        self.exchange = root / "exchange"
        unit = self.folder / "solutions" / UNIT
        unit.mkdir(parents=True)
        self.exchange.mkdir()
        self.exchange.chmod(0o777)
        shutil.copy(REPOSITORY / "solutions" / UNIT / "hidden_trials.py", unit)
        (unit / "answers.toml").write_text('recv_count = "c"\n')
        self.write_config(self.folder)

    def write_config(self, folder: Path, *more: str) -> None:
        """Have nbgrader, started in ``folder``, use the course's settings."""
        lines = [
            f"load_subconfig({str(REPOSITORY / 'nbgrader_config.py')!r})",
            f"c.Exchange.root = {str(self.exchange)!r}",
        ]
        folder.mkdir(exist_ok=True)
        (folder / "nbgrader_config.py").write_text("\n".join(["c = get_config()", *lines, *more, ""]))

    def nbgrader(self, *arguments: str, cwd: Path | None = None, fails: bool = False) -> str:
        """Run one of nbgrader's commands; what it said.

        Args:
            cwd: where; the course's folder by default.
            fails: whether it is to fail.
        """
        starts_stock_kernels = arguments[0] == "validate"
        command = [sys.executable, "-c", ALONE if starts_stock_kernels else NBGRADER, *arguments]
        where, env = cwd or self.folder, {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        result = subprocess.run(
            command, cwd=where, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300
        )
        said = result.stdout + result.stderr
        assert bool(result.returncode) is fails, f"nbgrader {' '.join(arguments)}: {result.returncode}\n{said}"
        return said

    def hand_in(
        self, student: str, change: Callable[[NotebookNode], None], *, at: str = "2026-01-10 12:00:00 UTC"
    ) -> Path:
        """Put a changed copy of the released lesson where ``submit`` puts it; the copy's path."""
        folder = self.exchange / "sockets-lab" / "inbound" / f"{student}+{UNIT}+{at}+1"
        folder.mkdir(parents=True)
        notebook = nbformat.read(self.folder / "notebooks" / UNIT / f"{LESSON}.ipynb", as_version=4)
        change(notebook)
        nbformat.write(notebook, folder / f"{LESSON}.ipynb")
        (folder / "timestamp.txt").write_text(at)
        (folder / "submission_secret.txt").write_text(f"secret of {student}")
        return folder / f"{LESSON}.ipynb"


def cell(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell with this grade id."""
    return next(one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def function(name: str, parameters: str, body: str) -> str:
    """The source of a function."""
    return f"def {name}({parameters}):\n" + "".join(f"    {line}\n" for line in body.splitlines())


def solve(
    notebook: NotebookNode, *, answer: str = '"c"', send_all: str = SEND_ALL, recv_frame: str = RECV_FRAME
) -> None:
    """Fill in the answers, right ones by default."""
    predict = cell(notebook, "recv_count-answer")
    predict.source = predict.source.replace("answer=None", f"answer={answer}")
    cell(notebook, "send_all-code").source = function("send_all", "sock, data", send_all)
    cell(notebook, "recv_frame-code").source = function("recv_frame", "sock, max_len", recv_frame)


def course_of(tmp_path: Path) -> Course:
    """A course whose lesson is written, not executed: nbgrader's round does not need its outputs."""
    from sockets_lab.grading.lessons import read_lesson

    course = Course(tmp_path)
    text = course.folder / "solutions" / UNIT / f"{LESSON}.md"
    text.write_text(lesson_text())
    nbformat.write(read_lesson(text), text.with_suffix(".ipynb"))
    return course
