"""Hints for what is not about sockets: a function that is not written yet, or that Python itself stopped."""

from __future__ import annotations

import re

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
TEXT_AND_BYTES = Hints(
    "text_and_bytes",
    'What travels is bytes. Which value in the line that the report names is text, such as "" or "hello"?',
    "Text and bytes do not mix: a program turns one into the other, and a socket knows bytes only.",
    'Begin with b"" where you collect what recv() gives, and compare with b"" at the end. Nothing here needs text.',
)
_MIXED = re.compile(r"\b(bytes|bytearray|memoryview)\b.*\bstr\b|\bstr\b.*\b(bytes|bytearray)\b")


def own_hints(raised: Raised, blamed: Hints | None) -> Hints | None:
    """The hints for an exception that the learner's function should not have raised.

    Args:
        blamed: what the trial makes of the exception, if it makes anything of it.
    """
    if raised.is_a(NotImplementedError):
        return NOT_WRITTEN
    if raised.is_a(TypeError) and _MIXED.search(raised.text):
        return TEXT_AND_BYTES
    misspelt = raised.is_a(NameError, AttributeError, ImportError) and not raised.is_a(UnboundLocalError)
    if misspelt or (blamed is None and raised.is_a(TypeError, LookupError, ArithmeticError, UnboundLocalError)):
        return PYTHON_STOPPED
    return blamed
