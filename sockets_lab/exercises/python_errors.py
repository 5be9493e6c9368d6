"""Hints for what is not about sockets: a function that is not written yet, or that Python itself stopped."""

from __future__ import annotations

from sockets_lab.exercises.table import Hints, Raised

NOT_WRITTEN = Hints(
    "not_written",
    "Your code goes where raise NotImplementedError() stands. Which of the calls that you have seen must come first?",
    "Have you written it already? Then run its cell, and look whether the name after def is the right one. If not, "
    "begin with the simplest case, the first trial of the list, and check. Leave the other rules for later.",
    "The cells under 'See it' have the calls that you need. Copy one into your function, and make it fit.",
)
PYTHON_STOPPED = Hints(
    "python_stopped",
    "Python stopped in your function. Which line does the report name, and what does the error say of it?",
    "This is not about sockets: a name is misspelt, or a value is missing or not of the kind that its line needs.",
    "print(repr(x)) before that line, for each value x in it. The report shows what your function prints. If a name of "
    "the first cell, such as socket, is missing or means something else by now, run that cell again.",
)


def own_hints(raised: Raised, blamed: Hints | None) -> Hints | None:
    """The hints for an exception that the learner's function should not have raised.

    Args:
        blamed: what the trial makes of the exception, if it makes anything of it.
    """
    if raised.is_a(NotImplementedError):
        return NOT_WRITTEN
    misspelt = raised.is_a(NameError, AttributeError, ImportError) and not raised.is_a(UnboundLocalError)
    if misspelt or (blamed is None and raised.is_a(TypeError, LookupError, ArithmeticError, UnboundLocalError)):
        return PYTHON_STOPPED
    return blamed
